package routing

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/routing/state"
)

const (
	// minBudget is the least time in which an attempt is begun. A vendor may answer sooner, but such
	// a short deadline would often cut the attempt off, and then a token may exist that nobody holds.
	minBudget = 100 * time.Millisecond
	// replyReserve is left of the caller's deadline for the reply.
	replyReserve = 20 * time.Millisecond
)

// Router makes the attempts of a call. It is safe for concurrent use.
type Router struct {
	// table is for queries without a table.
	table     atomic.Pointer[route.Table]
	onAttempt func(*Attempt)
	// retained counts the bytes of photos that are retained for a retry; see lastUse.
	retained atomic.Int64
}

// New returns a router over routes that are unique by flow, scenario and caller. onAttempt is called
// with every attempt when it has ended. Callers are those who may not use every target.
func New(routes []route.Route, onAttempt func(*Attempt), callers ...route.Caller) *Router {
	r := &Router{onAttempt: onAttempt}
	r.Use(route.NewTable(routes, callers...))
	return r
}

// Use sets the table for calls that begin from now on and bring none of their own. Calls in flight
// keep theirs.
func (r *Router) Use(table *route.Table) { r.table.Store(table) }

// Explain plans a query and makes no attempt.
func (r *Router) Explain(query *Query) route.Explanation {
	return r.tableOf(query).Explain(&query.Query)
}

// Status returns what is known of targets and accounts at now.
func (r *Router) Status(now time.Time) state.Status { return state.Of(r.table.Load().Routes(), now) }

// tableOf returns the routes of the call.
func (r *Router) tableOf(query *Query) *route.Table {
	if query.Table != nil {
		return query.Table
	}
	return r.table.Load()
}

// Issue makes up to three attempts until one issues a token. ctx must have a deadline; if that moves,
// each attempt looks at it again. The error is always a *providers.Error. The outcome is never nil,
// and has the attempts and the targets that were ruled out or unavailable even if the call failed.
func (r *Router) Issue(ctx context.Context, query *Query) (*Outcome, error) {
	c := &call{query: query, onAttempt: r.onAttempt, retained: &r.retained}
	c.outcome.Attempts = c.first[:0]
	c.outcome.Start = time.Now()
	failure := r.issue(ctx, query, c)
	c.outcome.Duration = time.Since(c.outcome.Start)
	if failure != nil {
		c.outcome.RetryAfter = c.retryAfter()
		return &c.outcome, failure
	}
	return &c.outcome, nil
}

// issue makes the call's attempts.
func (r *Router) issue(ctx context.Context, query *Query, c *call) *providers.Error {
	if timeLeftAt(ctx, c.outcome.Start) < minBudget {
		return &providers.Error{Reason: providers.DeadlineTooShort, Message: "a call needs at least 100 ms"}
	}
	var failure *providers.Error
	c.plan, failure = r.tableOf(query).Plan(&query.Query)
	c.outcome.RuledOut = c.plan.RuledOut
	if failure != nil {
		return failure
	}
	for c.mayAttempt(ctx) && c.next(ctx) {
		if failure := c.attempt(ctx, &c.step); failure == nil {
			return nil
		}
	}
	return c.failure(ctx)
}

// timeLeft returns the time to ctx's deadline; hugely negative if it has none.
func timeLeft(ctx context.Context) time.Duration { return timeLeftAt(ctx, time.Now()) }

func timeLeftAt(ctx context.Context, now time.Time) time.Duration {
	deadline, _ := ctx.Deadline()
	return deadline.Sub(now)
}
