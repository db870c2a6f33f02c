package routing

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
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
	plan      plan
	request   *providers.Request
	onAttempt func(*Attempt)
	outcome   Outcome

	// releasePhotos is the query's, retained the router's.
	releasePhotos func()
	retained      *atomic.Int64
	// photosReleased says that the call has released its photos: no further attempt is
	// possible.
	photosReleased bool
}

// step is an attempt that may begin. Its grant must be released.
type step struct {
	target *Target
	grant  guard.Grant
}

// mayAttempt reports whether there may be another attempt.
func (c *call) mayAttempt(ctx context.Context) bool {
	if c.photosReleased || ctx.Err() != nil || timeLeft(ctx) < minBudget || len(c.outcome.Attempts) == c.plan.route.MaxAttempts {
		return false
	}
	last := c.last()
	if last == nil {
		return true
	}
	stop := last.Err.Ambiguous && c.plan.route.StopAfterAmbiguous
	return last.policy().another && !stop
}

// next acquires the attempt to make. The order of its steps is the policy of failover and
// retry.
func (c *call) next(ctx context.Context) (step, bool) {
	if s, ok := c.acquireCorrected(); ok {
		return s, true
	}
	if s, ok := c.acquireFailover(); ok {
		return s, true
	}
	if s, ok := c.backOffAndAcquireRetry(ctx); ok {
		return s, true
	}
	return c.waitAndAcquireSlot(ctx)
}

// acquireCorrected acquires the last target again, at once, with another credential or
// with the vendor's clock, if that is what it failed for. Signing again spends a retry.
func (c *call) acquireCorrected() (step, bool) {
	last := c.last()
	if last == nil {
		return step{}, false
	}
	switch last.policy().same {
	case otherCredential:
		return c.acquire(last.Target)
	case signedAgain:
		learnt := last.Target.Guard.ClockOffset() != last.ClockOffset
		if learnt && c.signaturesRefused(last.Target) == 1 && last.Target.guard.Retry(time.Now()) {
			return c.acquire(last.Target)
		}
	case never, afterBackoff:
	}
	return step{}, false
}

// acquireFailover acquires the first target of the plan that was not tried. It notes afresh
// which are unavailable.
func (c *call) acquireFailover() (step, bool) {
	c.outcome.Unavailable = c.outcome.Unavailable[:0]
	for _, target := range c.plan.targets {
		if c.attempts(target) > 0 || c.ambiguousOn(target.Account) {
			continue
		}
		if s, ok := c.acquire(target); ok {
			return s, true
		}
	}
	return step{}, false
}

// backOffAndAcquireRetry spends a retry of the first retryable target, lets the backoff
// pass and acquires the target.
func (c *call) backOffAndAcquireRetry(ctx context.Context) (step, bool) {
	for _, target := range c.plan.targets {
		if !c.retryable(target) || c.ambiguousOn(target.Account) {
			continue
		}
		backoff := rand.N(firstBackoff << (c.attempts(target) - 1))
		if timeLeft(ctx)-backoff < minBudget || !target.guard.Retry(time.Now()) {
			continue
		}
		c.wait(ctx, backoff, nil)
		if ctx.Err() != nil {
			return step{}, false
		}
		return c.acquire(target)
	}
	return step{}, false
}

// waitAndAcquireSlot waits for a slot of the first target that had none free, and acquires
// the target.
func (c *call) waitAndAcquireSlot(ctx context.Context) (step, bool) {
	end := time.Now().Add(min(maxQueueTime, timeLeft(ctx)-minBudget))
	for target := c.withoutSlot(); target != nil; target = c.withoutSlot() {
		called, leave, ok := target.guard.Await()
		if !ok {
			break
		}
		free := c.wait(ctx, time.Until(end), called)
		s, ok := step{}, false
		if free {
			s, ok = c.acquire(target)
		}
		leave()
		if ok || !free {
			return s, ok
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
		return false
	}
}

// acquire asks whether an attempt on the target may begin, with a credential that the call
// has not tried. It notes a target that is unavailable.
func (c *call) acquire(target *Target) (step, bool) {
	grant, refusal := guard.Grant{}, OutOfService
	if target.OutOfService == "" {
		grant, refusal = target.guard.Acquire(time.Now(), target.Timeout, c.refusedCredentials(target.Account))
	}
	if refusal != "" {
		c.noteUnavailable(Unavailable{target, refusal, target.guard.RetryTime(time.Now(), refusal)})
	}
	return step{target, grant}, refusal == ""
}

// failure returns the failure that speaks for a call without a token.
func (c *call) failure(ctx context.Context) *providers.Error {
	switch {
	case len(c.outcome.Attempts) > 0:
		return decisive(c.outcome.Attempts)
	case ctx.Err() == context.Canceled:
		return &providers.Error{Reason: providers.CallerCancelled}
	case len(c.outcome.Unavailable) > 0:
		return noneAvailable(c.outcome.Unavailable)
	default:
		return &providers.Error{Reason: providers.DeadlineTooShort}
	}
}

// noneAvailable is the failure of a call whose every target was unavailable: it says of
// each why.
func noneAvailable(unavailable []Unavailable) *providers.Error {
	all := make([]string, len(unavailable))
	for i, u := range unavailable {
		all[i] = u.Target.Name() + " " + string(u.Why)
	}
	return &providers.Error{Reason: providers.NoTargetAvailable, Message: strings.Join(all, ", ")}
}
