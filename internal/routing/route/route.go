// Package route says which targets may serve a request, and in what order, only from what products state
// of themselves. It knows no attempts and no vendor's answers; it just carries the guards of targets.
package route

import (
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/vendorlimit"
)

// Query is what selects the targets of a call.
type Query struct {
	// Caller is the caller's name; "" if callers are not distinguished.
	Caller string
	Flow   providers.Flow
	// Scenario selects the route within the flow; "" is the flow's default route.
	Scenario string
	// AcceptedProducts are the products that the caller can handle; empty if it leaves that to the
	// route.
	AcceptedProducts []string
	// Regions are the regions whose accounts may be used; empty means any.
	Regions []string
	// IdempotencyKey sends a repeated call to the same target first if the request names no subject.
	IdempotencyKey string
	Request        *providers.Request
}

// Route is the targets for a flow and a scenario.
type Route struct {
	Flow     providers.Flow
	Scenario string
	// Callers are the names of those for whom the route is; empty means everybody who has no route of
	// their own for the flow and scenario.
	Callers []string
	// Weighted spreads subjects over the targets by weight; otherwise targets are tried in their
	// order.
	Weighted bool
	// AcceptedProducts are the default for calls that name none.
	AcceptedProducts []string
	// StopAfterAmbiguous ends a call once a token may exist that nobody holds, instead of trying
	// another account.
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
	// Limit is the account's limit that all replicas share, nil if there is none.
	Limit *vendorlimit.Limit
	// OutOfService is why the target is taken out of service, "" if it is not.
	OutOfService string
	// Credentials are the names of the account's credentials, and Parameters those of the target's
	// parameters, for operators.
	Credentials, Parameters []string
	// Settings are the settings of the target and its account on which some products' needs and
	// limits depend.
	Settings providers.Settings
	// Fingerprint distinguishes targets with different parameters, across configurations.
	Fingerprint string

	// position is the target's place in its route, from 1.
	position int
	hash     uint64
	own      *guard.Target
}

// OwnGuard is this target's part of the account's guard. NewTable sets it.
func (t *Target) OwnGuard() *guard.Target { return t.own }

// Name is the target's name in metrics and hashing, "account/product".
func (t *Target) Name() string { return t.Account + "/" + t.Product.ID }

// RuledOut is a target that cannot serve the request, and why.
type RuledOut struct {
	Target     *Target
	Violations []providers.Violation
}
