package routing

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
)

// attempt makes the attempt of a step, whose token the outcome then holds. It always
// releases the step's grant.
func (c *call) attempt(ctx context.Context, s step) *providers.Error {
	photos, kind, start := c.lastUse(s), c.kind(s), time.Now()
	limit, short := c.timeFor(ctx, s)
	attemptCtx, cancel := context.WithDeadline(ctx, start.Add(limit))
	failure := c.ask(photos.watch(attemptCtx), s, start)
	cutShort := attemptCtx.Err() != nil && (ctx.Err() != nil || short)
	cancel()
	c.photosReleased = photos.end()
	c.record(s, kind, start, failure, cutShort)
	return failure
}

// record appends the attempt of a step to the outcome, and tells the guard and the
// observer.
func (c *call) record(s step, kind Kind, start time.Time, failure *providers.Error, cutShort bool) {
	end := time.Now()
	if failure != nil && guard.Skewed(s.grant.ClockOffset, failure.Exchange.Date, start, end) {
		failure = forTheClock(failure)
	}
	c.outcome.Attempts = append(c.outcome.Attempts, Attempt{
		Target: s.target, Kind: kind, Credential: s.grant.Credential, ClockOffset: s.grant.ClockOffset,
		Start: start, Duration: end.Sub(start), Reason: providers.OK, Err: failure,
	})
	attempt := c.last()
	if failure == nil {
		attempt.Exchange = c.outcome.Token.Exchange
	} else {
		attempt.Reason, attempt.Exchange = failure.Reason, failure.Exchange
	}
	s.target.guard.Release(end, s.grant, resultOf(attempt, cutShort))
	c.onAttempt(attempt)
}

func (c *call) kind(s step) Kind {
	switch {
	case s.grant.Probe:
		return Probe
	case len(c.outcome.Attempts) == 0:
		return First
	case c.attempts(s.target) > 0:
		return Retry
	default:
		return Failover
	}
}

// timeFor returns the time that an attempt has: the target's, or what the caller's
// deadline leaves, which may be too short to say anything of the target. A probe is
// likely to fail, so it leaves half to another target.
func (c *call) timeFor(ctx context.Context, s step) (limit time.Duration, short bool) {
	left := timeLeft(ctx) - replyReserve
	short = left < s.target.Timeout
	if s.grant.Probe && c.hasOther(s.target) {
		left /= 2
	}
	return min(s.target.Timeout, left), short
}

// hasOther reports whether another account may still serve.
func (c *call) hasOther(than *Target) bool {
	for _, target := range c.plan.targets {
		if target.Account != than.Account && target.OutOfService == "" && c.attempts(target) == 0 {
			return true
		}
	}
	return false
}

// resultOf says what a failed or successful attempt is counted for or against. One that
// its caller cut short says nothing.
func resultOf(attempt *Attempt, cutShort bool) guard.Result {
	result := guard.Result{Date: attempt.Exchange.Date}
	if attempt.Err == nil {
		result.Target, result.Product = guard.Healthy, guard.Healthy
		result.Credential, result.CredentialForProduct = guard.Healthy, guard.Healthy
		return result
	}
	if cutShort {
		return result
	}
	switch attempt.policy().against {
	case againstTarget:
		result.Target = guard.Faulty
	case againstProduct:
		result.Product = guard.Faulty
	case againstLimiter:
		result.Limited = true
	case againstCredential:
		result.Credential = guard.Faulty
	case againstCredentialForProduct:
		result.CredentialForProduct = guard.Faulty
	case nothing:
	}
	return result
}

// ask calls the adapter. One that panics may have sent its request before.
func (c *call) ask(ctx context.Context, s step, now time.Time) (failure *providers.Error) {
	defer func() {
		if value := recover(); value != nil {
			cause := fmt.Errorf("panic: %T\n%s", value, debug.Stack())
			failure = &providers.Error{Reason: providers.Internal, Ambiguous: true, Cause: cause}
		}
	}()
	token, err := s.target.Issuer.Issue(ctx, providers.Call{
		Request: c.request, Credential: s.grant.Credential, Now: now, ClockOffset: s.grant.ClockOffset,
	})
	if err != nil || token == nil {
		return asError(err)
	}
	c.outcome.Token = token
	return nil
}

func asError(err error) *providers.Error {
	if failure, ok := errors.AsType[*providers.Error](err); ok {
		return failure
	}
	// Its text may hold anything.
	return &providers.Error{Reason: providers.Internal, Cause: fmt.Errorf("a failure of the adapter's own: %T", err)}
}
