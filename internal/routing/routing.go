// Package routing makes the attempts of a call: it decides whether to retry, to fail over or to give
// up, and records what each attempt came to. It knows products only by what they state of themselves,
// and no transports. Package route says which targets may serve, and in what order.
package routing

import (
	"slices"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// Query is one call: what selects its targets, and what its attempts need beyond that.
type Query struct {
	route.Query
	// Table has the routes of the configuration under which the call began; if it is nil, the
	// router's own are used.
	Table *route.Table
	// RequestID is the call's id; adapters derive vendors' idempotency tokens from it.
	RequestID string
	// ReleasePhotos, if there is one, is called when the request's photos are no longer needed
	// although the call has not ended: at most once, from any goroutine.
	ReleasePhotos func()
	// Hold, if there is one, is called when an attempt begins to send its request, from any
	// goroutine. From then on ctx must not end, whoever leaves, until the returned release is
	// called, which happens by until. The attempt has its own time, whatever the caller's deadline.
	// If ctx has already ended, Hold returns nil, and the request is not sent.
	Hold func(until time.Time) (release func())
}

// Outcome is what became of a call, in success and failure.
type Outcome struct {
	// Start and Duration are when routing got the call, and how long it had it.
	Start    time.Time
	Duration time.Duration
	// Token is what the last attempt issued, nil if the call failed.
	Token    *providers.Token
	Attempts []Attempt
	// RuledOut are the targets of the route that cannot serve the request, Unavailable those that
	// could, but might not be tried when their turn came.
	RuledOut    []route.RuledOut
	Unavailable []route.Unavailable
	// RetryAfter is how long the caller of a failed call should wait: until the earliest time at
	// which a target of the plan may serve, give or take a fifth. 0 means that this is not known.
	RetryAfter time.Duration
	// Waited is the time spent neither in attempts nor in deciding: backoffs before
	// retries, and waiting for a slot.
	Waited time.Duration
}

// Issued returns the target that issued the token, nil if none did.
func (o *Outcome) Issued() *route.Target {
	if n := len(o.Attempts); n > 0 && o.Attempts[n-1].Reason == providers.OK {
		return o.Attempts[n-1].Target
	}
	return nil
}

// Attempt is one call of a target: one HTTP request to a vendor.
type Attempt struct {
	Target *route.Target
	Kind   Kind
	// Credential is the index of the account's credential that was used.
	Credential int
	// ClockOffset is how far ahead the vendor's clock was assumed to be.
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
	// Probe finds out whether something works again; it may be the call's first attempt or a later
	// one.
	Probe Kind = "probe"
)

// Attempted reports whether there was an attempt on the target.
func (o *Outcome) Attempted(target *route.Target) bool {
	return slices.ContainsFunc(o.Attempts, func(a Attempt) bool { return a.Target == target })
}
