package routing

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
)

const (
	// firstPause bounds the pause before a first retry; it doubles with each. The
	// pause is a random part of it: full jitter.
	firstPause = 100 * time.Millisecond
	// maxQueueTime bounds how long a call waits for a place in flight.
	maxQueueTime = 100 * time.Millisecond
)

// call is a call under way: what was tried so far, and what comes next.
type call struct {
	plan      plan
	request   *providers.Request
	onAttempt func(*Attempt)
	outcome   Outcome

	// letGo is the query's, kept the router's.
	letGo func()
	kept  *atomic.Int64
	// photosGone says that the call has let go of its photos: nothing can be tried any
	// more.
	photosGone bool
}

// step is an attempt that may begin.
type step struct {
	target *Target
	grant  guard.Grant
}

// goesOn reports whether there may be another attempt.
func (c *call) goesOn(ctx context.Context) bool {
	if c.photosGone || ctx.Err() != nil || timeLeft(ctx) < minBudget || len(c.outcome.Attempts) == c.plan.route.MaxAttempts {
		return false
	}
	last := c.last()
	if last == nil {
		return true
	}
	stop := last.Err.Ambiguous && c.plan.route.StopAfterAmbiguous
	return TriesAnother(last.Err) && !stop
}

// last returns the latest attempt, nil if there was none.
func (c *call) last() *Attempt {
	if n := len(c.outcome.Attempts); n > 0 {
		return &c.outcome.Attempts[n-1]
	}
	return nil
}

// next returns the attempt to make: with what mends the last one's failure, else on
// another target, else on one tried before, else on whichever first has a place free.
func (c *call) next(ctx context.Context) (step, bool) {
	if s, ok := c.mended(); ok {
		return s, true
	}
	if s, ok := c.another(); ok {
		return s, true
	}
	if s, ok := c.retry(ctx); ok {
		return s, true
	}
	return c.place(ctx)
}

// mended is the last attempt's target again, with another credential or with the
// vendor's clock, if that is what it failed for.
func (c *call) mended() (step, bool) {
	last := c.last()
	if last == nil {
		return step{}, false
	}
	switch last.policy().same {
	case otherCredential:
		return c.acquire(last.Target)
	case freshlySigned:
		learnt := last.Target.Guard.ClockOffset() != last.ClockOffset
		if learnt && !c.signedAfresh(last.Target) && last.Target.guard.Retry(time.Now()) {
			return c.acquire(last.Target)
		}
	case never, afterPause:
	}
	return step{}, false
}

// signedAfresh reports whether the target was already asked again for its vendor's clock.
func (c *call) signedAfresh(target *Target) bool {
	stale := 0
	for i := range c.outcome.Attempts {
		if a := &c.outcome.Attempts[i]; a.Target == target && a.policy().same == freshlySigned {
			stale++
		}
	}
	return stale > 1
}

// another is the first target of the plan that was not tried and may be.
func (c *call) another() (step, bool) {
	c.outcome.HeldBack = c.outcome.HeldBack[:0]
	for _, target := range c.plan.targets {
		if c.attempts(target) > 0 || c.mayHaveServed(target.Account) {
			continue
		}
		if s, ok := c.acquire(target); ok {
			return s, true
		}
	}
	return step{}, false
}

// retry is the first target of the plan whose failure may pass, after a pause.
func (c *call) retry(ctx context.Context) (step, bool) {
	for _, target := range c.plan.targets {
		if !c.mayPass(target) || c.mayHaveServed(target.Account) {
			continue
		}
		pause := rand.N(firstPause << (c.attempts(target) - 1))
		if timeLeft(ctx)-pause < minBudget || !target.guard.Retry(time.Now()) {
			continue
		}
		c.wait(ctx, pause, nil)
		if ctx.Err() != nil {
			return step{}, false
		}
		return c.acquire(target)
	}
	return step{}, false
}

// place is the first target that was held back for want of a place in flight, as soon
// as there is one.
func (c *call) place(ctx context.Context) (step, bool) {
	end := time.Now().Add(min(maxQueueTime, timeLeft(ctx)-minBudget))
	for target := c.full(); target != nil; target = c.full() {
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

// full returns the first target that was held back for want of a place in flight, nil
// if none was.
func (c *call) full() *Target {
	for _, held := range c.outcome.HeldBack {
		if held.Why == guard.LimitReached {
			return held.Target
		}
	}
	return nil
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

// acquire asks whether an attempt on the target may begin, with a credential that the
// call has not tried.
func (c *call) acquire(target *Target) (step, bool) {
	grant, refusal := guard.Grant{}, OutOfService
	if target.OutOfService == "" {
		grant, refusal = target.guard.Acquire(time.Now(), target.Timeout, c.refusedCredentials(target.Account))
	}
	if refusal != "" {
		c.holdBack(HeldBack{target, refusal, target.guard.RetryTime(time.Now(), refusal)})
	}
	return step{target, grant}, refusal == ""
}

func (c *call) holdBack(held HeldBack) {
	c.outcome.HeldBack = slices.DeleteFunc(c.outcome.HeldBack, func(h HeldBack) bool { return h.Target == held.Target })
	c.outcome.HeldBack = append(c.outcome.HeldBack, held)
}

// attempts returns how many there were on the target.
func (c *call) attempts(target *Target) (n int) {
	for i := range c.outcome.Attempts {
		if c.outcome.Attempts[i].Target == target {
			n++
		}
	}
	return n
}

// mayPass reports whether the target was tried and failed in a way that may be over
// soon.
func (c *call) mayPass(target *Target) (passes bool) {
	for i := range c.outcome.Attempts {
		if c.outcome.Attempts[i].Target == target {
			passes = c.outcome.Attempts[i].policy().same == afterPause
		}
	}
	return passes
}

// mayHaveServed reports whether an earlier attempt on the account may have issued a
// token after all; the account is then not tried again.
func (c *call) mayHaveServed(account string) bool {
	return slices.ContainsFunc(c.outcome.Attempts, func(a Attempt) bool {
		return a.Err.Ambiguous && a.Target.Account == account
	})
}

// refusedCredentials returns the account's credentials that were refused in this call.
func (c *call) refusedCredentials(account string) (refused []int) {
	for i := range c.outcome.Attempts {
		a := &c.outcome.Attempts[i]
		if a.Target.Account == account && a.policy().same == otherCredential {
			refused = append(refused, a.Credential)
		}
	}
	return refused
}

// failure returns the failure that speaks for a call without a token.
func (c *call) failure(ctx context.Context) *providers.Error {
	switch {
	case len(c.outcome.Attempts) > 0:
		return decisive(c.outcome.Attempts)
	case ctx.Err() == context.Canceled:
		return &providers.Error{Reason: providers.CallerCancelled}
	case len(c.outcome.HeldBack) > 0:
		return noneAvailable(c.outcome.HeldBack)
	default:
		return &providers.Error{Reason: providers.DeadlineTooShort}
	}
}

// noneAvailable is the failure of a call whose every target was held back: it says of
// each why.
func noneAvailable(heldBack []HeldBack) *providers.Error {
	all := make([]string, len(heldBack))
	for i, held := range heldBack {
		all[i] = held.Target.Name() + " " + string(held.Why)
	}
	return &providers.Error{Reason: providers.NoTargetAvailable, Message: strings.Join(all, ", ")}
}
