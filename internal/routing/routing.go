// Package routing decides which targets may serve a request and in what order, and
// makes the attempts. It knows products only by what they state of themselves, and
// nothing of transports.
package routing

import (
	"slices"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
)

// Query is one call: what steers it, and the request for whichever product serves
// it.
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
	// ReleasePhotos, if there is one, is called when the request's photos are not needed any
	// more, if that is before the call has ended: once at most, from any goroutine.
	ReleasePhotos func()
	// Hold, if there is one, is called when the request of an attempt is being sent: from
	// then on ctx must not end, whoever leaves, before the release that it returns is
	// called, which is done by until. It may be called from any goroutine. The attempt
	// then has its own time, whatever the caller's deadline.
	Hold func(until time.Time) (release func())
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
	// OutOfService is why the target is taken out of service, "" if it is not.
	OutOfService string
	// Credentials are the names of the account's, Parameters those of the target's: for
	// operators.
	Credentials, Parameters []string

	// position is the target's place in its route, from 1.
	position int
	hash     uint64
	guard    *guard.Target
}

// Name is the target's name in metrics and hashing, "account/product".
func (t *Target) Name() string { return t.Account + "/" + t.Product.ID }

// Outcome is what became of a call, in success and failure.
type Outcome struct {
	// Start and Duration are when routing had the call, and for how long.
	Start    time.Time
	Duration time.Duration
	// Token is what the last attempt issued, nil if the call failed.
	Token    *providers.Token
	Attempts []Attempt
	// RuledOut are the targets of the route that cannot serve the request, Unavailable
	// those that could have and were not to be tried when their turn came.
	RuledOut    []RuledOut
	Unavailable []Unavailable
	// RetryAfter is how long a caller whose call failed should wait: until the earliest
	// time at which a target of the plan may serve, give or take a fifth. 0 means that
	// nothing is known of it.
	RetryAfter time.Duration
	// Waited is the time spent neither in attempts nor in deciding: backoffs before
	// retries, and waiting for a slot.
	Waited time.Duration
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
	Target *Target
	Kind   Kind
	// Credential is the index of the account's credential that was used.
	Credential int
	// ClockOffset is how far ahead the vendor's clock was taken to be.
	ClockOffset time.Duration

	Reason   providers.Reason
	Start    time.Time
	Duration time.Duration
	Exchange providers.Exchange
	// Err is why the attempt failed, nil if it issued a token.
	Err *providers.Error
}

// Kind says why an attempt was made.
type Kind string

// The kinds of attempt.
const (
	First Kind = "first"
	// Retry is on a target that the call has tried before.
	Retry Kind = "retry"
	// Failover is on another target.
	Failover Kind = "failover"
	// Probe finds out, first or later in the call, whether something works again.
	Probe Kind = "probe"
)

// Unavailable is a target that could serve the request but may not be tried now, and why.
type Unavailable struct {
	Target *Target
	Why    guard.Why
	// RetryAt is the earliest time at which it may be tried, zero if that is not known.
	RetryAt time.Time
}

// OutOfService is why a target is unavailable that the configuration has taken out.
const OutOfService guard.Why = "out_of_service"

// Attempted reports whether there was an attempt on the target.
func (o *Outcome) Attempted(target *Target) bool {
	return slices.ContainsFunc(o.Attempts, func(a Attempt) bool { return a.Target == target })
}

// RuledOut is a target that cannot serve the request, and why.
type RuledOut struct {
	Target     *Target
	Violations []providers.Violation
}
