package routing

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

const (
	// firstBackoff bounds the backoff before a first retry; it doubles with each. The
	// backoff is a random part of it: full jitter.
	firstBackoff = 100 * time.Millisecond
	// maxQueueTime bounds how long a call waits for a slot.
	maxQueueTime = 100 * time.Millisecond
)

// call is a call in flight: what was tried so far, and what comes next.
type call struct {
	plan      route.Plan
	request   *providers.Request
	caller    string
	onAttempt func(*Attempt)
	outcome   Outcome
	// source is whose values the request holds, once it was asked for.
	source guard.Source
	// step is the attempt that is being made.
	step step

	// hold and releasePhotos are the query's, retained the router's.
	hold          func(until time.Time) (release func())
	releasePhotos func()
	retained      *atomic.Int64
	// photosReleased says that the call has released its photos: no further attempt is
	// possible.
	photosReleased bool
}

// step is an attempt that may begin. Its grant must be released.
type step struct {
	target *route.Target
	grant  guard.Grant
}

// mayAttempt reports whether there may be another attempt. A refused credential costs a
// request, but none of the call's attempts; twice as many requests are the most.
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
	return !stop && (last.policy().another || len(last.Err.Violations) > 0)
}

// take makes the next step the call's. Inlined, its frame would take stack while the vendor
// is waited for.
//
//go:noinline
func (c *call) take(ctx context.Context) (ok bool) {
	c.step, ok = c.next(ctx)
	return ok
}

// next acquires the attempt to make. The order of its steps is the policy of failover and
// retry.
func (c *call) next(ctx context.Context) (step, bool) {
	last := c.last()
	if last != nil && !last.policy().another {
		// The caller is to blame: only a target that does not send what the last one
		// refused may serve.
		return c.acquireFailover()
	}
	if last != nil && len(c.refusedCredentials(last.Target.Account)) <= 1 {
		if s, ok := c.acquireCorrected(last); ok {
			return s, true
		}
	}
	if s, ok := c.acquireFailover(); ok {
		return s, true
	}
	if s, ok := c.acquireOtherCredential(); ok {
		return s, true
	}
	if s, ok := c.backOffAndAcquireRetry(ctx); ok {
		return s, true
	}
	return c.waitAndAcquire(ctx)
}

// acquireCorrected acquires the last target again, at once, with another credential or
// with the vendor's clock, if that is what it failed for. Signing again spends a retry.
func (c *call) acquireCorrected(last *Attempt) (step, bool) {
	switch last.policy().same {
	case otherCredential:
		return c.acquire(last.Target)
	case signedAgain:
		learnt := last.Target.Guard.ClockOffset() != last.ClockOffset
		if learnt && c.signaturesRefused(last.Target) == 1 {
			return c.acquireRetry(last.Target)
		}
	case never, afterBackoff:
	}
	return step{}, false
}

// acquireFailover acquires a target that was not tried and sends no field that was refused
// in this call: first of a provider that did not fail in it, in the order of the plan. It
// notes afresh which are unavailable.
func (c *call) acquireFailover() (step, bool) {
	c.outcome.Unavailable = c.outcome.Unavailable[:0]
	for _, failed := range [...]bool{false, true} {
		for _, target := range c.plan.Targets {
			if c.providerFailed(target.Provider) != failed || c.attempts(target) > 0 || c.ambiguousOn(target.Account) ||
				c.sendsWhatWasRefused(target) {
				continue
			}
			if s, ok := c.acquire(target); ok {
				return s, true
			}
		}
		if len(c.outcome.Attempts) == 0 {
			break
		}
	}
	return step{}, false
}

// acquireOtherCredential acquires a target that was refused a credential, with another one.
func (c *call) acquireOtherCredential() (step, bool) {
	for i := range c.outcome.Attempts {
		a := &c.outcome.Attempts[i]
		if a.policy().same != otherCredential || c.ambiguousOn(a.Target.Account) {
			continue
		}
		if s, ok := c.acquire(a.Target); ok {
			return s, true
		}
	}
	return step{}, false
}

// backOffAndAcquireRetry lets the backoff of the first retryable target pass, acquires the
// target and spends a retry.
func (c *call) backOffAndAcquireRetry(ctx context.Context) (step, bool) {
	for _, target := range c.plan.Targets {
		if !c.retryable(target) || c.ambiguousOn(target.Account) {
			continue
		}
		backoff := rand.N(firstBackoff << (c.attempts(target) - 1))
		now := time.Now()
		if timeLeft(ctx)-backoff < minBudget || !target.OwnGuard().MayRetry(now) || target.OwnGuard().RetryAt(now).Sub(now) > backoff {
			continue
		}
		c.wait(ctx, backoff, nil)
		if ctx.Err() != nil {
			return step{}, false
		}
		return c.acquireRetry(target)
	}
	return step{}, false
}

// waitAndAcquire waits for the first target that had no slot free or no token of its rate,
// and acquires the target.
func (c *call) waitAndAcquire(ctx context.Context) (step, bool) {
	end := time.Now().Add(min(maxQueueTime, timeLeft(ctx)-minBudget))
	for u := c.unavailableFor(guard.LimitReached); u != nil; u = c.unavailableFor(guard.LimitReached) {
		target := u.Target
		turn, ok := target.OwnGuard().Await(c.caller)
		if !ok {
			break
		}
		called := c.wait(ctx, time.Until(end), turn.Called())
		s, ok := step{}, false
		if called {
			grant, refusal := turn.Acquire(time.Now(), target.Timeout, c.refusedCredentials(target.Account))
			s, ok = c.stepOf(target, grant, refusal)
		}
		turn.Leave()
		if ok || !called {
			return s, ok
		}
	}
	if u := c.unavailableFor(guard.RateLimited); u != nil && u.RetryAt.Before(end) {
		c.wait(ctx, time.Until(u.RetryAt), nil)
		if ctx.Err() == nil {
			return c.acquire(u.Target)
		}
	}
	return step{}, false
}

// wait lets time pass until called, and reports whether it was.
func (c *call) wait(ctx context.Context, atMost time.Duration, called <-chan struct{}) bool {
	start := time.Now()
	defer func() { c.outcome.Waited += time.Since(start) }()
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	select {
	case <-called:
		return true
	case <-ctx.Done():
		select { // of two that are ready, the first select picks either
		case <-called:
			return true
		default:
			return false
		}
	}
}

// acquire asks whether an attempt on the target may begin, with a credential that the call
// has not tried. It notes a target that is unavailable.
func (c *call) acquire(target *route.Target) (step, bool) {
	if target.OutOfService != "" {
		c.noteUnavailable(target, guard.Refusal{Why: route.OutOfService})
		return step{}, false
	}
	grant, refusal := target.OwnGuard().Acquire(c.caller, time.Now(), target.Timeout, c.refusedCredentials(target.Account), c.sourceFor(target))
	return c.stepOf(target, grant, refusal)
}

// acquireRetry is acquire for a retry, which it spends.
func (c *call) acquireRetry(target *route.Target) (step, bool) {
	grant, refusal := target.OwnGuard().AcquireRetry(c.caller, time.Now(), target.Timeout, c.refusedCredentials(target.Account), c.sourceFor(target))
	return c.stepOf(target, grant, refusal)
}

// stepOf makes a step of a grant, or notes the refusal.
func (c *call) stepOf(target *route.Target, grant guard.Grant, refusal guard.Refusal) (step, bool) {
	switch refusal.Why {
	case "":
		return step{target, grant}, true
	case guard.RetryBudgetSpent: // the target itself is available
	default:
		c.noteUnavailable(target, refusal)
	}
	return step{}, false
}

// failure returns the failure that speaks for a call without a token.
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
