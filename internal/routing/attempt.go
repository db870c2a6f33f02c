package routing

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// maxHeld bounds the time of an attempt for which nobody may be waiting any more.
const maxHeld = 30 * time.Second

// cut is what ended an attempt before the vendor answered or the target's timeout was over.
type cut int

const (
	notCut cut = iota
	// cancelled: the caller went away.
	cancelled
	// outrun: the caller's deadline passed.
	outrun
	// halved: the router left the rest of the time to other targets.
	halved
)

// attempt makes the attempt of a step, and puts its token into the outcome. It always releases the
// step's grant.
func (c *call) attempt(ctx context.Context, s *step) *providers.Error {
	photos, kind, start := c.lastUse(s), c.kind(s), time.Now()
	limit, ends := c.timeFor(ctx, s, start)
	held := c.held(start.Add(limit))
	attemptCtx, cancel := context.WithDeadline(held.context(ctx), start.Add(limit))
	failure := c.ask(held.watch(photos.watch(attemptCtx)), s, start)
	held.end()
	by := notCut
	switch {
	case attemptCtx.Err() == nil:
	case ctx.Err() == context.Canceled:
		by = cancelled
	case ctx.Err() != nil:
		by = outrun
	default:
		by = ends
	}
	cancel()
	c.photosReleased = photos.end()
	c.record(s, kind, start, failure, by)
	return failure
}

// record appends the attempt of a step to the outcome, and tells the guard and the observer. If it
// were inlined, its frame would take stack while the call waits for the vendor.
//
//go:noinline
func (c *call) record(s *step, kind Kind, start time.Time, failure *providers.Error, by cut) {
	end := time.Now()
	if failure != nil {
		failure = c.read(failure, s, start, end)
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
	s.target.OwnGuard().Release(end, &s.grant, resultOf(attempt, by))
	if s.release != nil {
		s.release()
	}
	c.onAttempt(attempt)
}

func (c *call) kind(s *step) Kind {
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

// timeFor returns the time for an attempt that begins at start, and what cuts it when that is over:
// the target's timeout, or less if the caller's deadline is sooner. A probe is likely to fail, so
// it leaves half of the time to another target, unless the probe before it was cut for that. Any
// other attempt that may be held has its full time, because its answer serves the next caller with
// the key.
func (c *call) timeFor(ctx context.Context, s *step, start time.Time) (limit time.Duration, ends cut) {
	limit, left := s.target.Timeout, timeLeftAt(ctx, start)-replyReserve
	if half := left / 2; s.grant.Probe && !s.grant.FullTime && half < limit && c.hasOther(s.target) {
		return half, halved
	}
	switch {
	case c.query.Hold != nil:
		return min(limit, maxHeld), notCut
	case left < limit:
		return left, outrun
	default:
		return limit, notCut
	}
}

// hasOther reports whether another account could serve if the probe gets no answer.
func (c *call) hasOther(than *route.Target) bool {
	if c.plan.Route.StopAfterAmbiguous || c.countedAttempts()+1 >= c.plan.Route.MaxAttempts {
		return false
	}
	for _, target := range c.plan.Targets {
		if target.Account != than.Account && target.OutOfService == "" && c.attempts(target) == 0 && !c.ambiguousOn(target.Account) {
			return true
		}
	}
	return false
}

// resultOf says what an attempt counts for or against. One that was cut says only how long the vendor
// was silent.
func resultOf(attempt *Attempt, by cut) guard.Result {
	answered := attempt.Err == nil || attempt.Exchange.HTTPStatus != 0
	result := guard.Result{
		Issued: attempt.Err == nil, Answered: answered, Halved: by == halved, Date: attempt.Exchange.Date,
	}
	if attempt.Err == nil {
		result.Target, result.Product = guard.Healthy, guard.Healthy
		result.Credential, result.CredentialForProduct = guard.Healthy, guard.Healthy
		return result
	}
	if by != notCut {
		result.Silent = !answered && by != cancelled
		return result
	}
	policy := attempt.policy()
	result.Unsent = attempt.Reason == providers.VendorUnreachable
	if answered && policy.alive {
		countAlive(&result, policy)
	}
	countAgainst(&result, policy)
	if policy.class != callerFixable && result.Target != guard.Refused {
		result.RetryAfter, result.RestOf = attempt.Exchange.RetryAfter, policy.restOf()
	}
	result.Cause = string(attempt.Reason)
	result.SignatureRefused = policy.same == signedAgain || policy.against == againstCredential
	return result
}

// countAlive counts an answer that only the vendor itself gives. If it is about the caller's input,
// the credential was accepted too.
func countAlive(result *guard.Result, p policy) {
	result.Product = guard.Alive
	if p.class == callerFixable {
		result.Target, result.Credential, result.CredentialForProduct = guard.Alive, guard.Alive, guard.Alive
	}
}

func countAgainst(result *guard.Result, p policy) {
	switch p.against {
	case againstTarget:
		result.Target = guard.Faulty
		if p.alive {
			result.Target = guard.Refused
		}
	case againstProduct:
		result.Product = guard.Faulty
	case againstConcurrency:
		result.ConcurrencyLimited = true
	case againstRate:
		result.Answered, result.RateLimited = true, true
	case againstCredential:
		result.Credential = guard.Faulty
	case againstCredentialForProduct:
		result.CredentialForProduct = guard.Faulty
	case nothing:
	}
}

// ask calls the adapter. If that panics, the failure is ambiguous: it may already have sent its
// request.
func (c *call) ask(ctx context.Context, s *step, now time.Time) (failure *providers.Error) {
	defer func() {
		if value := recover(); value != nil {
			cause := fmt.Errorf("panic: %T\n%s", value, debug.Stack())
			failure = &providers.Error{Reason: providers.Internal, Ambiguous: true, Cause: cause}
		}
	}()
	token, err := s.target.Issuer.Issue(ctx, providers.Call{
		Request: s.target.Product.Shown(c.query.Request), Credential: s.grant.Credential, Now: now, ClockOffset: s.grant.ClockOffset,
		RequestID: c.query.RequestID,
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
	// The error's text is not shown, because it may hold anything.
	return &providers.Error{Reason: providers.Internal, Cause: fmt.Errorf("a failure of the adapter's own: %T", err)}
}
