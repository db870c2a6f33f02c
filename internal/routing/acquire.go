package routing

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

const (
	// firstBackoff bounds the backoff before the first retry, and doubles with each. The backoff is a
	// random part of the bound (full jitter).
	firstBackoff = 100 * time.Millisecond
	// maxQueueTime bounds how long a call waits for a slot.
	maxQueueTime = 100 * time.Millisecond
)

// acquireCorrected acquires the last target again, at once, with another credential or with the
// vendor's clock, if the attempt failed for its credential or its signature's time. Signing again
// spends a retry.
func (c *call) acquireCorrected(ctx context.Context, last *Attempt) (ok bool) {
	switch last.policy().same {
	case otherCredential:
		return c.acquire(ctx, last.Target)
	case signedAgain:
		learnt := last.Target.Guard.ClockOffset() != last.ClockOffset
		if learnt && c.signaturesRefused(last.Target) == 1 {
			return c.acquireRetry(ctx, last.Target)
		}
	case never, afterBackoff:
	}
	return false
}

// acquireFailover acquires a target that was not tried in this call and does not send a field that was
// refused in it: in the plan's order, but first of providers that have not failed in the call. It
// begins a new list of unavailable targets.
func (c *call) acquireFailover(ctx context.Context) (ok bool) {
	c.outcome.Unavailable = c.outcome.Unavailable[:0]
	for _, failed := range [...]bool{false, true} {
		for _, target := range c.plan.Targets {
			if c.providerFailed(target.Provider) != failed || c.attempts(target) > 0 || c.ambiguousOn(target.Account) ||
				c.sendsWhatWasRefused(target) {
				continue
			}
			if c.acquire(ctx, target) {
				return true
			}
		}
		if len(c.outcome.Attempts) == 0 {
			break
		}
	}
	return false
}

// acquireOtherCredential acquires a target whose credential was refused, with another one.
func (c *call) acquireOtherCredential(ctx context.Context) (ok bool) {
	for i := range c.outcome.Attempts {
		a := &c.outcome.Attempts[i]
		if a.policy().same != otherCredential || c.ambiguousOn(a.Target.Account) {
			continue
		}
		if c.acquire(ctx, a.Target) {
			return true
		}
	}
	return false
}

// backOffAndAcquireRetry waits for the backoff of the first retryable target, acquires the target and
// spends a retry.
func (c *call) backOffAndAcquireRetry(ctx context.Context) (ok bool) {
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
			return false
		}
		return c.acquireRetry(ctx, target)
	}
	return false
}

// waitAndAcquire waits for the first target that was out of slots, here or in all replicas, or over
// its rate, and acquires the target.
func (c *call) waitAndAcquire(ctx context.Context) (ok bool) {
	end := time.Now().Add(min(maxQueueTime, timeLeft(ctx)-minBudget))
	for u := c.unavailableFor(guard.LimitReached); u != nil; u = c.unavailableFor(guard.LimitReached) {
		target := u.Target
		turn, ok := target.OwnGuard().Await(c.query.Caller)
		if !ok {
			break
		}
		called := c.wait(ctx, time.Until(end), turn.Called())
		ok = called && c.acquireCalled(ctx, target, turn)
		turn.Leave()
		if ok || !called {
			return ok
		}
	}
	if u := c.unavailableFor(guard.VendorLimitReached); u != nil && u.Target.Limit != nil {
		if c.awaitShared(ctx, u.Target, end) {
			return true
		}
	}
	if u := c.unavailableFor(guard.RateLimited); u != nil && u.RetryAt.Before(end) {
		c.wait(ctx, time.Until(u.RetryAt), nil)
		if ctx.Err() == nil {
			return c.acquire(ctx, u.Target)
		}
	}
	return false
}

// wait waits until called, and reports whether it was called in time.
func (c *call) wait(ctx context.Context, atMost time.Duration, called <-chan struct{}) bool {
	start := time.Now()
	defer func() { c.outcome.Waited += time.Since(start) }()
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	select {
	case <-called:
		return true
	case <-ctx.Done():
		select { // both may be ready, and then the first select picks either
		case <-called:
			return true
		default:
			return false
		}
	}
}

// acquire asks the guard for an attempt on the target with a credential that the call has not tried. If
// the target is unavailable, it notes that.
func (c *call) acquire(ctx context.Context, target *route.Target) (ok bool) {
	if target.OutOfService != "" {
		c.noteUnavailable(target, guard.Refusal{Why: route.OutOfService})
		return false
	}
	if c.sharedLimitRefuses(target) {
		return false
	}
	c.step = step{target: target}
	refusal := target.OwnGuard().Acquire(&c.step.grant, c.query.Caller, time.Now(), target.Timeout, c.refusedCredentials(target.Account), c.sourceFor(target))
	return c.allowed(ctx, refusal)
}

// acquireRetry is acquire for a retry, which it takes from the account's budget.
func (c *call) acquireRetry(ctx context.Context, target *route.Target) (ok bool) {
	c.step = step{target: target}
	refusal := target.OwnGuard().AcquireRetry(&c.step.grant, c.query.Caller, time.Now(), target.Timeout, c.refusedCredentials(target.Account), c.sourceFor(target))
	return c.allowed(ctx, refusal)
}

// acquireCalled is acquire with the slot that is reserved for the turn.
func (c *call) acquireCalled(ctx context.Context, target *route.Target, turn *guard.Turn) (ok bool) {
	c.step = step{target: target}
	refusal := turn.Acquire(&c.step.grant, time.Now(), target.Timeout, c.refusedCredentials(target.Account))
	return c.allowed(ctx, refusal)
}

// allowed reports whether the step has its grant, and the replicas' shared limit allows it. It
// notes a refusal.
func (c *call) allowed(ctx context.Context, refusal guard.Refusal) bool {
	switch refusal.Why {
	case "":
		return c.share(ctx)
	case guard.RetryBudgetSpent: // the target itself is available
	default:
		c.noteUnavailable(c.step.target, refusal)
	}
	return false
}

// sharedLimitRefuses reports, and notes, that the replicas' shared limit has just refused an attempt on
// the account, so that it need not be asked again yet.
func (c *call) sharedLimitRefuses(target *route.Target) bool {
	if target.Limit == nil {
		return false
	}
	until := target.Limit.RefusedUntil(time.Now())
	if until.IsZero() {
		return false
	}
	c.noteUnavailable(target, guard.Refusal{Why: guard.VendorLimitReached, RetryAt: until})
	return true
}

// share asks the replicas' shared limit, if there is one. If it refuses, the step's grant is cancelled.
func (c *call) share(ctx context.Context) (ok bool) {
	s := &c.step
	if s.target.Limit == nil {
		return true
	}
	var retryAt time.Time
	if s.release, retryAt = s.target.Limit.Acquire(ctx, s.target.Timeout); s.release != nil {
		return true
	}
	s.target.OwnGuard().Cancel(time.Now(), &s.grant)
	c.noteUnavailable(s.target, guard.Refusal{Why: guard.VendorLimitReached, RetryAt: retryAt})
	return false
}

// awaitShared keeps asking the shared limit until it allows an attempt, or until end.
func (c *call) awaitShared(ctx context.Context, target *route.Target, end time.Time) (ok bool) {
	leave, ok := target.Limit.Await()
	if !ok {
		return false
	}
	defer leave()
	u := c.unavailableFor(guard.VendorLimitReached)
	for u != nil && u.Why == guard.VendorLimitReached && u.RetryAt.Before(end) {
		c.wait(ctx, time.Until(u.RetryAt), nil)
		if ctx.Err() != nil {
			break
		}
		if c.acquire(ctx, target) {
			return true
		}
		u = c.unavailable(target)
	}
	return false
}
