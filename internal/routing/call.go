package routing

import (
	"context"
	"sync/atomic"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// call is a call in flight: what was tried so far, and what comes next.
type call struct {
	query     *Query
	plan      route.Plan
	onAttempt func(*Attempt)
	outcome   Outcome
	// first saves an allocation: it holds the outcome's attempts while there is only one.
	first [1]Attempt
	// source is whose values the request holds, once it has been computed.
	source guard.Source
	// step is the attempt that is being made, or that may begin.
	step step

	// retained is Router.retained.
	retained *atomic.Int64
	// photosReleased says that the call has released its photos: no further attempt is
	// possible.
	photosReleased bool
}

// step is an attempt that may begin. Its grant must be released.
type step struct {
	target *route.Target
	grant  guard.Grant
	// release gives back the lease of the replicas' shared limit, nil if there is none.
	release func()
}

// mayAttempt reports whether there may be another attempt. A refused credential does not use up one
// of the call's attempts, but there are never more than twice as many requests as attempts.
func (c *call) mayAttempt(ctx context.Context) bool {
	most := c.plan.Route.MaxAttempts
	if c.photosReleased || ctx.Err() != nil || timeLeft(ctx) < minBudget ||
		c.countedAttempts() >= most || len(c.outcome.Attempts) >= 2*most {
		return false
	}
	last := c.last()
	if last == nil {
		return true
	}
	stop := last.Err.Ambiguous && c.plan.Route.StopAfterAmbiguous
	return !stop && (last.policy().failover || len(last.Err.Violations) > 0)
}

// next acquires the next attempt, as the call's step. The order in which it looks for one is the policy
// of failover and retry. If it were inlined, its frame would take stack while the call waits for the
// vendor.
//
//go:noinline
func (c *call) next(ctx context.Context) (ok bool) {
	last := c.last()
	if last != nil && !last.policy().failover {
		// The caller is to blame: only a target that does not send the refused field may serve.
		return c.acquireFailover(ctx)
	}
	if last != nil && len(c.refusedCredentials(last.Target.Account)) <= 1 {
		if c.acquireCorrected(ctx, last) {
			return true
		}
	}
	if c.acquireFailover(ctx) {
		return true
	}
	if c.acquireOtherCredential(ctx) {
		return true
	}
	if c.backOffAndAcquireRetry(ctx) {
		return true
	}
	return c.waitAndAcquire(ctx)
}

// failure returns the failure of a call that issued no token.
func (c *call) failure(ctx context.Context) *providers.Error {
	switch {
	case len(c.outcome.Attempts) > 0:
		return decisive(c.outcome.Attempts)
	case ctx.Err() == context.Canceled:
		return &providers.Error{Reason: providers.CallerCancelled}
	case len(c.outcome.Unavailable) > 0:
		return route.NoneAvailable(c.outcome.Unavailable)
	default:
		return &providers.Error{Reason: providers.DeadlineTooShort}
	}
}
