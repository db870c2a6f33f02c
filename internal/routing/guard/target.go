package guard

import (
	"time"

	"github.com/liveness-gateway/gateway/internal/routing/guard/limit"
)

// Why is why an attempt may not begin.
type Why string

// The reasons why an attempt may not begin.
const (
	BreakerOpen        Why = "breaker_open"
	LimitReached       Why = "limit_reached"
	RateLimited        Why = "rate_limited"
	CredentialsEjected Why = "credentials_ejected"
	// RetryAfter: the vendor has asked for a pause.
	RetryAfter Why = "retry_after"
	// VendorLimitReached: the limit that all replicas share is used up, or seems to be.
	VendorLimitReached Why = "vendor_limit_reached"
	// RetryBudgetSpent: only a first attempt could begin.
	RetryBudgetSpent Why = "retry_budget_spent"
)

// Refusal is why an attempt may not begin; the zero value says that it may.
type Refusal struct {
	Why Why
	// RetryAt is the earliest time at which it may; now if that is not known.
	RetryAt time.Time
}

// Target guards a product on an account. It is safe for concurrent use.
type Target struct {
	account *Account
	product productView
	*own
}

// productView is a product with the credentials of one configuration.
type productView struct {
	*product

	// credentials are the account's in its order, with their ejections from this product alone.
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
	// Probe says that the attempt decides whether something is used again. FullTime says that the
	// probe before it was cut short, so that this one must have its full time.
	Probe, FullTime bool

	// retry says that the grant has spent a retry.
	retry                                             bool
	caller                                            *callerState
	source                                            Source
	slot                                              limit.Slot
	target, product, credential, credentialForProduct Permit
}

// Acquire fills the grant for an attempt of at most timeout, for the named caller, with a credential
// other than those tried and with values of the source; or it returns why there is none, and empties
// the grant.
//
// It and Release unlock without defer, which would be a twentieth of what guarding an attempt costs.
func (t *Target) Acquire(grant *Grant, name string, now time.Time, timeout time.Duration, tried []int, source Source) Refusal {
	k := t.account.known
	k.mu.Lock()
	d := demand{k.caller(name), now, timeout, tried, source}
	var refusal Refusal
	if why := t.acquire(grant, &d); why != "" {
		refusal = t.refusal(why, &d)
	}
	k.mu.Unlock()
	return refusal
}

// AcquireRetry is Acquire for a retry, which the account's budget must allow. If it is refused, it costs
// the budget nothing.
func (t *Target) AcquireRetry(grant *Grant, name string, now time.Time, timeout time.Duration, tried []int, source Source) Refusal {
	a := t.account
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.budget.Allows(now) {
		*grant = Grant{}
		return Refusal{RetryBudgetSpent, now}
	}
	d := demand{a.caller(name), now, timeout, tried, source}
	if why := t.acquire(grant, &d); why != "" {
		return t.refusal(why, &d)
	}
	grant.retry = a.budget.Spend(now)
	return Refusal{}
}

// demand is what an attempt needs to begin.
type demand struct {
	caller  *callerState
	now     time.Time
	timeout time.Duration
	tried   []int
	source  Source
}

// refusal returns the refusal of an attempt for that reason.
func (t *Target) refusal(why Why, d *demand) Refusal {
	retryAt := latest(t.retryAt(d.now), t.coolAtFor(d.source))
	if why == VendorLimitReached {
		retryAt = latest(retryAt, d.now.Add(limit.ChanceEvery))
	}
	return Refusal{why, retryAt}
}

// acquire fills the grant for the attempt, or empties it.
func (t *Target) acquire(grant *Grant, d *demand) (why Why) {
	*grant = Grant{}
	if why = t.fill(grant, d); why != "" {
		*grant = Grant{}
		return why
	}
	k := t.account.known
	grant.ClockOffset = k.clock.offset
	grant.ClockInDoubt = grant.ClockOffset != k.clock.proven
	k.budget.Earn()
	grant.caller, grant.source = d.caller, d.source
	d.caller.inFlight++
	grant.Probe = grant.target.Probe || grant.product.Probe || grant.credential.Probe || grant.credentialForProduct.Probe
	if grant.Probe {
		grant.FullTime = grant.target.FullTime || grant.product.FullTime ||
			grant.credential.FullTime || grant.credentialForProduct.FullTime
	}
	return ""
}

// fill takes everything that the attempt needs, or nothing.
func (t *Target) fill(grant *Grant, d *demand) (why Why) {
	k := t.account.known
	if resting(k.restEnd, d.now) || resting(t.product.restEnd, d.now) {
		return RetryAfter
	}
	if t.open() && d.now.Before(t.coolAtFor(d.source)) {
		return BreakerOpen
	}
	var ok bool
	if grant.target, ok = t.breaker.Acquire(d.now, d.timeout); !ok {
		return BreakerOpen
	}
	if grant.product, ok = t.product.breaker.Acquire(d.now, d.timeout); !ok {
		t.breaker.Release(d.now, grant.target, Neutral)
		return BreakerOpen
	}
	if !t.acquireCredential(grant, d) {
		t.releaseBreakers(d.now, grant, &Result{})
		return CredentialsEjected
	}
	if why = k.acquireSlot(grant, d); why != "" {
		t.releaseCredential(d.now, grant, &Result{})
		t.releaseBreakers(d.now, grant, &Result{})
	}
	return why
}

// open reports whether either breaker is open.
func (t *Target) open() bool { return t.breaker.state == Open || t.product.breaker.state == Open }

// coolAtFor returns when both breakers let the source probe; zero if neither is open.
func (t *Target) coolAtFor(source Source) time.Time {
	return latest(t.breaker.coolAtFor(source), t.product.breaker.coolAtFor(source))
}

// acquireSlot takes a slot and a token of the account's rate.
func (k *known) acquireSlot(grant *Grant, d *demand) (why Why) {
	if k.rate.Rate() > 0 && k.rate.NextAt(d.now).After(d.now) {
		k.rate.Press(d.now)
		return RateLimited
	}
	if k.limiter.Limit() == 1 && k.limiter.InFlight() == 0 && !k.chance.Allows(d.now, k.roll()) {
		return VendorLimitReached
	}
	var ok bool
	if grant.slot, ok = k.limiter.Acquire(d.now); !ok {
		return LimitReached
	}
	k.rate.Take()
	return ""
}

// RetryAt returns the earliest time at which an attempt may begin; now if it may at once, or if that is
// not known.
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
func (t *Target) Release(now time.Time, grant *Grant, result Result) {
	k := t.account.known
	k.mu.Lock()
	t.learn(now, grant, &result)
	if result.ConcurrencyLimited && k.limiter.Limit() == 1 && k.limiter.InFlight() == 1 {
		k.chance.Refused(now)
	}
	k.limiter.Release(now, grant.slot, result.ConcurrencyLimited)
	t.releaseCredential(now, grant, &result)
	t.releaseBreakers(now, grant, &result)
	grant.caller.inFlight--
	if k.queue.waiting > 0 {
		k.callIfFree()
	}
	k.mu.Unlock()
}

// Cancel takes a grant back whose attempt did not begin.
func (t *Target) Cancel(now time.Time, grant *Grant) {
	a := t.account
	a.mu.Lock()
	defer a.mu.Unlock()
	a.limiter.Return()
	a.rate.Return()
	a.budget.Return(grant.retry)
	t.releaseCredential(now, grant, &Result{})
	t.releaseBreakers(now, grant, &Result{})
	grant.caller.inFlight--
	a.callIfFree()
}

// learn takes from the attempt what it says about the vendor's clock, pace and rate, and its
// Retry-After.
func (t *Target) learn(now time.Time, grant *Grant, result *Result) {
	k, took := t.account.known, now.Sub(grant.slot.Start())
	if result.SignatureRefused {
		k.clock.refuse(grant.ClockOffset, result.Date, grant.slot.Start(), now)
	}
	if result.Issued {
		k.clock.prove(grant.ClockOffset)
		t.product.pace.learn(took)
	}
	switch {
	case result.RateLimited:
		k.rate.Limited(now, grant.slot.Start())
	case result.Answered:
		k.rate.Served(now)
	}
	if result.Silent && !result.Halved && t.product.pace.tooSilent(took) {
		result.Product = Faulty
	}
	if result.RetryAfter > 0 {
		t.rest(grant, result.RestOf, now.Add(min(result.RetryAfter, maxRest)))
	}
}

// rest lets the subject of a Retry-After rest until end.
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
