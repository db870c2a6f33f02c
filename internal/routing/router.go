package routing

import (
	"cmp"
	"context"
	"sync/atomic"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
)

const (
	// maxAttempts bounds the attempts of one call.
	maxAttempts = 3
	// minBudget is the time below which no attempt is begun. A vendor may answer sooner,
	// but a deadline so close is more likely to cut the attempt short, and then a token
	// may exist that nobody holds.
	minBudget = 100 * time.Millisecond
	// replyReserve is left of the caller's deadline for the reply.
	replyReserve = 20 * time.Millisecond
)

// Router makes the attempts of a call. It is safe for concurrent use.
type Router struct {
	routes    map[routeKey]*Route
	inOrder   []Route
	onAttempt func(*Attempt)
	// retained counts the bytes of photos that are retained for a retry; see lastUse.
	retained atomic.Int64
}

type routeKey struct {
	flow     providers.Flow
	scenario string
}

// New returns a router over routes that are unique by flow and scenario. onAttempt
// is called with every attempt when it has ended.
func New(routes []Route, onAttempt func(*Attempt)) *Router {
	r := &Router{routes: make(map[routeKey]*Route, len(routes)), inOrder: routes, onAttempt: onAttempt}
	for i := range routes {
		routes[i].hashTargets()
		routes[i].guardTargets()
		routes[i].MaxAttempts = cmp.Or(routes[i].MaxAttempts, maxAttempts)
		r.routes[routeKey{routes[i].Flow, routes[i].Scenario}] = &routes[i]
	}
	return r
}

func (r *Route) guardTargets() {
	for i := range r.Targets {
		r.Targets[i].position = i + 1
		r.Targets[i].guard = r.Targets[i].Guard.Target(r.Targets[i].Product.ID)
	}
}

// Issue makes up to three attempts until one issues a token. ctx must have a
// deadline; where it moves, each attempt takes it as it is then. The error is always an
// *providers.Error; the outcome, never nil, then holds the attempts and the targets that
// were ruled out or unavailable too.
func (r *Router) Issue(ctx context.Context, query Query) (*Outcome, error) {
	c := &call{
		request: query.Request, caller: query.Caller, onAttempt: r.onAttempt, hold: query.Hold, releasePhotos: query.ReleasePhotos, retained: &r.retained,
	}
	c.outcome.Start = time.Now()
	failure := r.issue(ctx, &query, c)
	c.outcome.Duration = time.Since(c.outcome.Start)
	if failure != nil {
		c.outcome.RetryAfter = c.retryAfter()
		return &c.outcome, failure
	}
	return &c.outcome, nil
}

// issue makes the call's attempts.
func (r *Router) issue(ctx context.Context, query *Query, c *call) *providers.Error {
	if timeLeft(ctx) < minBudget {
		return &providers.Error{Reason: providers.DeadlineTooShort, Message: "a call needs at least 100 ms"}
	}
	var failure *providers.Error
	c.plan, failure = r.plan(query)
	c.outcome.RuledOut = c.plan.ruledOut
	if failure != nil {
		return failure
	}
	for c.mayAttempt(ctx) {
		step, ok := c.next(ctx)
		if !ok {
			break
		}
		if failure := c.attempt(ctx, step); failure == nil {
			return nil
		}
	}
	return c.failure(ctx)
}

// timeLeft returns the time to ctx's deadline; none if it has no deadline.
func timeLeft(ctx context.Context) time.Duration {
	deadline, _ := ctx.Deadline()
	return time.Until(deadline)
}
