// Package routing makes the attempts of a call: on which target next, again or on another,
// and what each came to. It knows products only by what they state of themselves, and
// nothing of transports. Which targets may serve, and in what order, is said by route.
package routing

import (
	"slices"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// Query is one call: what picks its targets, and what its attempts may do beside.
type Query struct {
	route.Query
	// Table has the routes of the configuration under which the call came in; nil if it is to
	// take those that the router has when it begins.
	Table *route.Table
	// RequestID is the gateway's of the call; adapters make tokens of idempotency of it.
	RequestID string
	// ReleasePhotos, if there is one, is called when the request's photos are not needed any
	// more, if that is before the call has ended: once at most, from any goroutine.
	ReleasePhotos func()
	// Hold, if there is one, is called when the request of an attempt is being sent: from
	// then on ctx must not end, whoever leaves, before the release that it returns is
	// called, which is done by until. It may be called from any goroutine. The attempt
	// then has its own time, whatever the caller's deadline. Of a ctx that has ended it returns
	// nil, and the request is not sent.
	Hold func(until time.Time) (release func())
}

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
	RuledOut    []route.RuledOut
	Unavailable []route.Unavailable
	// RetryAfter is how long a caller whose call failed should wait: until the earliest
	// time at which a target of the plan may serve, give or take a fifth. 0 means that
	// nothing is known of it.
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

// Attempted reports whether there was an attempt on the target.
func (o *Outcome) Attempted(target *route.Target) bool {
	return slices.ContainsFunc(o.Attempts, func(a Attempt) bool { return a.Target == target })
}
