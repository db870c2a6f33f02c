// Package routing decides which targets may serve a request and in what order, and
// makes the attempts. It knows products only by what they state of themselves, and
// nothing of transports.
package routing

import (
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// Query is one call: what steers it, and the request for whichever product serves
// it.
type Query struct {
	Flow providers.Flow
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
	// Weighted spreads subjects over the targets by weight; otherwise the targets are
	// tried in their order.
	Weighted bool
	// AcceptedProducts stand in for a caller who names none.
	AcceptedProducts []string
	// StopAfterAmbiguous tries no other account once a token may exist that nobody
	// holds.
	StopAfterAmbiguous bool
	Targets            []Target
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

	hash uint64
}

// Name is the target's name in metrics and hashing, "account/product".
func (t *Target) Name() string { return t.Account + "/" + t.Product.ID }

// Outcome is what became of a call, in success and failure.
type Outcome struct {
	// Token is what the last attempt issued; zero if the call failed.
	Token    providers.Token
	Attempts []Attempt
	RuledOut []RuledOut
}

// Issued returns the target that issued the token, nil if none did.
func (o *Outcome) Issued() *Target {
	if n := len(o.Attempts); n > 0 && o.Attempts[n-1].Reason == providers.OK {
		return o.Attempts[n-1].Target
	}
	return nil
}

// Attempt is one call of a target: one HTTP request to a vendor.
type Attempt struct {
	Target   *Target
	Kind     Kind
	Reason   providers.Reason
	Duration time.Duration
	Exchange providers.Exchange
	// Err is why the attempt failed, nil if it issued a token.
	Err *providers.Error
}

// Kind says why an attempt was made.
type Kind string

// The kinds of attempt.
const (
	First    Kind = "first"
	Failover Kind = "failover"
)

// RuledOut is a target that cannot serve the request, and why.
type RuledOut struct {
	Target     *Target
	Violations []providers.Violation
}
