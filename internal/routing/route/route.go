// Package route says which targets may serve a request, and in what order: offline, from
// what products state of themselves. It knows no attempt, and nothing of what a vendor
// answered; it only carries the guards of its targets.
package route

import (
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/vendorlimit"
)

// Query is what picks the targets of a call.
type Query struct {
	// Caller is the name of whose call it is; "" while callers are not told apart.
	Caller string
	Flow   providers.Flow
	// Scenario picks the route within the flow; "" is the flow's default route.
	Scenario string
	// AcceptedProducts are the products that the caller can handle; empty if the
	// caller leaves that to the route.
	AcceptedProducts []string
	// Regions are the regions whose accounts may be used; empty means any.
	Regions []string
	// IdempotencyKey keeps a repeated call with its first target where the request
	// names no subject.
	IdempotencyKey string
	Request        *providers.Request
}

// Route is the targets for a flow and a scenario.
type Route struct {
	Flow     providers.Flow
	Scenario string
	// Callers are the names of those for whom the route is; empty means everybody who has none
	// of their own for the flow and scenario.
	Callers []string
	// Weighted spreads subjects over the targets by weight; otherwise the targets are
	// tried in their order.
	Weighted bool
	// AcceptedProducts stand in for a caller who names none.
	AcceptedProducts []string
	// StopAfterAmbiguous tries no other account once a token may exist that nobody
	// holds.
	StopAfterAmbiguous bool
	// MaxAttempts bounds the attempts of a call; 0 means three, which is the most.
	MaxAttempts int
	Targets     []Target
}

// Target is a product on an account inside a route.
type Target struct {
	Product  *providers.Product
	Provider string
	Account  string
	Region   string
	// Weight is the target's share of a weighted route; ignored in an ordered one.
	Weight float64
	// Timeout bounds one attempt.
	Timeout time.Duration
	Issuer  providers.Target
	// Guard is the account's; all targets of an account share it.
	Guard *guard.Account
	// Limit is what the replicas share of the account, nil if they share nothing.
	Limit *vendorlimit.Limit
	// OutOfService is why the target is taken out of service, "" if it is not.
	OutOfService string
	// Credentials are the names of the account's, Parameters those of the target's: for
	// operators.
	Credentials, Parameters []string
	// Settings are what the target and its account are set to, by which some products
	// decide what they need and take.
	Settings providers.Settings
	// Fingerprint tells targets with other parameters apart, across configurations.
	Fingerprint string

	// position is the target's place in its route, from 1.
	position int
	hash     uint64
	own      *guard.Target
}

// OwnGuard is the account's guard as it concerns this target. A table sets it.
func (t *Target) OwnGuard() *guard.Target { return t.own }

// Name is the target's name in metrics and hashing, "account/product".
func (t *Target) Name() string { return t.Account + "/" + t.Product.ID }

// RuledOut is a target that cannot serve the request, and why.
type RuledOut struct {
	Target     *Target
	Violations []providers.Violation
}
