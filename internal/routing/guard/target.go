package guard

import (
	"time"

	"github.com/liveness-gateway/gateway/internal/routing/guard/limit"
)

// Why is what keeps an attempt from beginning.
type Why string

// What may keep an attempt from beginning.
const (
	BreakerOpen        Why = "breaker_open"
	LimitReached       Why = "limit_reached"
	RateLimited        Why = "rate_limited"
	CredentialsEjected Why = "credentials_ejected"
	// RetryAfter is a vendor that asked to be left alone for a time.
	RetryAfter Why = "retry_after"
	// VendorLimitReached is a limit of the vendor's that all replicas share, and that the others
	// have used up, or seem to.
	VendorLimitReached Why = "vendor_limit_reached"
	// RetryBudgetSpent keeps retries from beginning, and nothing else.
	RetryBudgetSpent Why = "retry_budget_spent"
)

// Refusal is why an attempt may not begin; the zero value says that it may.
type Refusal struct {
	Why Why
	// RetryAt is the earliest time at which it may: now where nobody can tell.
	RetryAt time.Time
}

// Target guards a product on an account. It is safe for concurrent use.
type Target struct {
	account *Account
	product *productView
	*own
}

// productView is a product as an account of one configuration has it.
type productView struct {
	*product

	// credentials are the account's, in its order, as ejected from this product alone.
	credentials []*credential
}

// Grant lets one attempt begin. It must be released once, whatever becomes of the
// attempt.
type Grant struct {
	// Credential is the index of the one to use.
	Credential int
	// ClockOffset is how far the vendor's clock is ahead. ClockInDoubt says that no token
	// was ever issued with it: a refusal may be the clock's fault.
	ClockOffset  time.Duration
	ClockInDoubt bool
	// Probe says that the attempt decides whether something opens again. FullTime says
	// that the probe before it was cut short, so that this one needs all of its time.
	Probe, FullTime bool

	// retry says that it has spent a retry.
	retry                                             bool
	caller                                            *callerState
	start                                             time.Time
	source                                            Source
	slot                                              limit.Slot
	target, product, credential, credentialForProduct Permit
}

// Acquire returns a grant for an attempt of at most timeout with a credential other
// than those tried and values of the source, or why there is none. The attempt is for the
// caller of that name.
func (t *Target) Acquire(name string, now time.Time, timeout time.Duration, tried []int, source Source) (grant Grant, refusal Refusal) {
	t.account.mu.Lock()
	defer t.account.mu.Unlock()
	grant.source = source
	refusal = t.acquire(&grant, t.account.caller(name), now, timeout, tried)
	return grant, refusal
}

// AcquireRetry is Acquire for a retry, which the account's budget must allow. A refused one
// costs the budget nothing.
func (t *Target) AcquireRetry(name string, now time.Time, timeout time.Duration, tried []int, source Source) (grant Grant, refusal Refusal) {
	a := t.account
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.budget.Allows(now) {
		return Grant{}, Refusal{RetryBudgetSpent, now}
	}
	grant.source = source
	refusal = t.acquire(&grant, a.caller(name), now, timeout, tried)
	if refusal.Why == "" {
		grant.retry = a.budget.Spend(now)
	}
	return grant, refusal
}

// acquire completes a grant of the source, or leaves it empty.
func (t *Target) acquire(grant *Grant, by *callerState, now time.Time, timeout time.Duration, tried []int) Refusal {
	if why := t.fill(grant, now, timeout, tried); why != "" {
		retryAt := latest(t.retryAt(now), t.coolAtFor(grant.source))
		if why == VendorLimitReached {
			retryAt = latest(retryAt, now.Add(limit.ChanceEvery))
		}
		*grant = Grant{}
		return Refusal{why, retryAt}
	}
	grant.start, grant.ClockOffset = now, t.account.clock.offset
	grant.ClockInDoubt = grant.ClockOffset != t.account.clock.proven
	t.account.budget.Earn()
	grant.caller = by
	by.inFlight++
	grant.Probe = grant.target.Probe || grant.product.Probe || grant.credential.Probe || grant.credentialForProduct.Probe
	if grant.Probe {
		grant.FullTime = grant.target.FullTime || grant.product.FullTime ||
			grant.credential.FullTime || grant.credentialForProduct.FullTime
	}
	return Refusal{}
}

// fill takes all that the attempt needs, or nothing.
func (t *Target) fill(grant *Grant, now time.Time, timeout time.Duration, tried []int) (why Why) {
	a := t.account
	if now.Before(a.restEnd) || now.Before(t.product.restEnd) {
		return RetryAfter
	}
	if now.Before(t.coolAtFor(grant.source)) {
		return BreakerOpen
	}
	var ok bool
	if grant.target, ok = t.breaker.Acquire(now, timeout); !ok {
		return BreakerOpen
	}
	if grant.product, ok = t.product.breaker.Acquire(now, timeout); !ok {
		t.breaker.Release(now, grant.target, Neutral)
		return BreakerOpen
	}
	if !t.acquireCredential(grant, now, timeout, tried) {
		t.releaseBreakers(now, grant, &Result{})
		return CredentialsEjected
	}
	if why = a.acquireSlot(grant, now); why != "" {
		t.releaseCredential(now, grant, &Result{})
		t.releaseBreakers(now, grant, &Result{})
	}
	return why
}

// coolAtFor returns when both breakers let the source probe; zero unless one is open.
func (t *Target) coolAtFor(source Source) time.Time {
	if t.breaker.state != Open && t.product.breaker.state != Open {
		return time.Time{}
	}
	return latest(t.breaker.coolAtFor(source), t.product.breaker.coolAtFor(source))
}

// acquireSlot takes a slot and a token of the account's rate.
func (a *Account) acquireSlot(grant *Grant, now time.Time) (why Why) {
	if a.rate.NextAt(now).After(now) {
		a.rate.Press(now)
		return RateLimited
	}
	if a.limiter.Limit() == 1 && a.limiter.InFlight() == 0 && !a.chance.Allows(now, a.roll()) {
		return VendorLimitReached
	}
	var ok bool
	if grant.slot, ok = a.limiter.Acquire(now); !ok {
		return LimitReached
	}
	a.rate.Take()
	return ""
}

// RetryAt returns the earliest time at which an attempt may begin, now if one may or if
// nobody can tell.
func (t *Target) RetryAt(now time.Time) time.Time {
	t.account.mu.Lock()
	defer t.account.mu.Unlock()
	return t.retryAt(now)
}

func (t *Target) retryAt(now time.Time) time.Time {
	a := t.account
	first := t.coolCredentialAt(0)
	for i := 1; i < len(a.credentials); i++ {
		if next := t.coolCredentialAt(i); next.Before(first) {
			first = next
		}
	}
	return latest(
		now, first, a.restEnd, t.product.restEnd, t.breaker.coolAt(), t.product.breaker.coolAt(), a.rate.NextAt(now))
}

// Release takes a grant back with the result of its attempt.
func (t *Target) Release(now time.Time, grant Grant, result Result) {
	a := t.account
	a.mu.Lock()
	defer a.mu.Unlock()
	t.learn(now, &grant, &result)
	if result.ConcurrencyLimited && a.limiter.Limit() == 1 && a.limiter.InFlight() == 1 {
		a.chance.Refused(now)
	}
	a.limiter.Release(now, grant.slot, result.ConcurrencyLimited)
	t.releaseCredential(now, &grant, &result)
	t.releaseBreakers(now, &grant, &result)
	grant.caller.inFlight--
	a.callIfFree()
}

// Cancel takes a grant back whose attempt did not begin.
func (t *Target) Cancel(now time.Time, grant Grant) {
	a := t.account
	a.mu.Lock()
	defer a.mu.Unlock()
	a.limiter.Return()
	a.rate.Return()
	a.budget.Return(grant.retry)
	t.releaseCredential(now, &grant, &Result{})
	t.releaseBreakers(now, &grant, &Result{})
	grant.caller.inFlight--
	a.callIfFree()
}

// learn takes in what the attempt says of the vendor's clock, pace and rate, and what the
// vendor asked for.
func (t *Target) learn(now time.Time, grant *Grant, result *Result) {
	a, took := t.account, now.Sub(grant.start)
	if result.SignatureRefused {
		a.clock.refuse(grant.ClockOffset, result.Date, grant.start, now)
	}
	if result.Issued {
		a.clock.prove(grant.ClockOffset)
		t.product.pace.learn(took)
	}
	if result.Answered {
		a.rate.Ended(now, grant.start, result.RateLimited)
	}
	if result.Silent && !result.Halved && t.product.pace.tooSilent(took) {
		result.Product = Faulty
	}
	if result.RetryAfter > 0 {
		t.rest(grant, result.RestOf, now.Add(min(result.RetryAfter, maxRest)))
	}
}

// rest leaves alone what the vendor asked for, until then.
func (t *Target) rest(grant *Grant, subject Subject, end time.Time) {
	of := &t.account.restEnd
	switch subject {
	case OfProduct:
		of = &t.product.restEnd
	case OfCredential:
		of = &t.account.credentials[grant.Credential].restEnd
	case OfCredentialForProduct:
		of = &t.product.credentials[grant.Credential].restEnd
	case OfAccount:
	}
	*of = latest(*of, end)
}

func (t *Target) releaseBreakers(now time.Time, grant *Grant, result *Result) {
	source := grant.source
	if result.Unsent {
		source = Nobody
	}
	t.product.breaker.release(now, grant.product, result.Product, source, result.Halved)
	t.breaker.release(now, grant.target, result.Target, source, result.Halved)
}

// MayRetry reports whether the account's budget allows a retry.
func (t *Target) MayRetry(now time.Time) bool {
	t.account.mu.Lock()
	defer t.account.mu.Unlock()
	return t.account.budget.Allows(now)
}

// TargetStatus is a target's state, for those who look at it.
type TargetStatus struct {
	Target, Product Status
	// Credentials are those of the account with this product, in its order.
	Credentials []Status
}

// Status returns the state at now.
func (t *Target) Status(now time.Time) TargetStatus {
	t.account.mu.Lock()
	defer t.account.mu.Unlock()
	return TargetStatus{t.breaker.Status(now), t.product.breaker.Status(now), credentialStatuses(t.product.credentials, now)}
}
