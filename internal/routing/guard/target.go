package guard

import (
	"slices"
	"time"
)

// Refusal is what keeps an attempt back; "" if nothing does.
type Refusal string

// The refusals.
const (
	BreakerOpen        Refusal = "breaker_open"
	LimitReached       Refusal = "limit_reached"
	CredentialsBenched Refusal = "credentials_ejected"
)

// Target guards a product on an account. It is safe for concurrent use.
type Target struct {
	account *Account
	product *product
	// breaker is the target's own: its parameters may be wrong where the product works.
	breaker Breaker
}

// Grant lets one attempt begin. It must be released once, whatever becomes of the
// attempt.
type Grant struct {
	// Credential is the index of the one to use.
	Credential int
	// ClockOffset is how far the vendor's clock is ahead.
	ClockOffset time.Duration
	// Probe says that the attempt decides whether something opens again.
	Probe bool

	start                                             time.Time
	ticket                                            Ticket
	target, product, credential, credentialForProduct Permit
}

// Acquire returns a grant for an attempt of at most timeout with a credential other
// than those tried, or what keeps it back.
func (t *Target) Acquire(now time.Time, timeout time.Duration, tried []int) (Grant, Refusal) {
	a := t.account
	a.mu.Lock()
	defer a.mu.Unlock()
	grant := Grant{start: now, ClockOffset: a.clock.offset}
	var ok bool
	if grant.target, ok = t.breaker.Acquire(now, timeout); !ok {
		return Grant{}, BreakerOpen
	}
	if grant.product, ok = t.product.breaker.Acquire(now, timeout); !ok {
		t.breaker.Release(now, grant.target, Neutral)
		return Grant{}, BreakerOpen
	}
	if !t.acquireCredential(&grant, now, timeout, tried) {
		t.releaseBreakers(now, &grant, Result{})
		return Grant{}, CredentialsBenched
	}
	if grant.ticket, ok = a.limiter.Acquire(now); !ok {
		t.releaseCredential(now, &grant, Result{})
		t.releaseBreakers(now, &grant, Result{})
		return Grant{}, LimitReached
	}
	a.budget.Earn()
	grant.Probe = grant.target.Probe || grant.product.Probe || grant.credential.Probe || grant.credentialForProduct.Probe
	return grant, ""
}

// RetryTime returns when what refused an attempt may let one through, zero if that is not
// known: a slot is free whenever an attempt ends, and what can be probed already waits for
// nothing but the next attempt.
func (t *Target) RetryTime(now time.Time, why Refusal) time.Time {
	t.account.mu.Lock()
	defer t.account.mu.Unlock()
	switch why {
	case BreakerOpen:
		return later(t.breaker.Status(now).Until, t.product.breaker.Status(now).Until)
	case CredentialsBenched:
		return t.credentialsRetryTime(now)
	default:
		return time.Time{}
	}
}

// credentialsRetryTime returns when the first of the credentials may be probed.
func (t *Target) credentialsRetryTime(now time.Time) time.Time {
	var earliest time.Time
	for i := range t.account.credentials {
		probe := later(t.account.credentials[i].Status(now).Until, t.product.benches[i].Status(now).Until)
		if i == 0 || probe.Before(earliest) {
			earliest = probe
		}
	}
	return earliest
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// acquireCredential takes the first that is benched neither as such nor for the product.
func (t *Target) acquireCredential(grant *Grant, now time.Time, timeout time.Duration, tried []int) bool {
	for i := range t.account.credentials {
		if slices.Contains(tried, i) {
			continue
		}
		var ok bool
		if grant.credential, ok = t.account.credentials[i].Acquire(now, timeout); !ok {
			continue
		}
		if grant.credentialForProduct, ok = t.product.benches[i].Acquire(now, timeout); ok {
			grant.Credential = i
			return true
		}
		t.account.credentials[i].Release(now, grant.credential, Neutral)
	}
	return false
}

// Result is what an attempt came to, as far as it concerns the guard. The zero value
// says nothing of anything.
type Result struct {
	// Target is held for or against the target with its parameters, Product the product
	// on the account, Credential the credential, CredentialForProduct the credential
	// with this product.
	Target, Product, Credential, CredentialForProduct Verdict
	// Limited says that the vendor answered that there are too many attempts.
	Limited bool
	// Date is the vendor's clock as it answered, zero if it did not say.
	Date time.Time
}

// Release gives a grant back with the result of its attempt.
func (t *Target) Release(now time.Time, grant Grant, result Result) {
	a := t.account
	a.mu.Lock()
	defer a.mu.Unlock()
	if !result.Date.IsZero() {
		a.clock.learn(result.Date, grant.start, now)
	}
	a.limiter.Release(now, grant.ticket, result.Limited)
	t.releaseCredential(now, &grant, result)
	t.releaseBreakers(now, &grant, result)
	a.callIfFree()
}

func (t *Target) releaseBreakers(now time.Time, grant *Grant, result Result) {
	t.product.breaker.Release(now, grant.product, result.Product)
	t.breaker.Release(now, grant.target, result.Target)
}

func (t *Target) releaseCredential(now time.Time, grant *Grant, result Result) {
	t.product.benches[grant.Credential].Release(now, grant.credentialForProduct, result.CredentialForProduct)
	t.account.credentials[grant.Credential].Release(now, grant.credential, result.Credential)
}

// Retry spends a retry of the account's budget, or returns false if there is none.
func (t *Target) Retry(now time.Time) bool {
	t.account.mu.Lock()
	defer t.account.mu.Unlock()
	return t.account.budget.Spend(now)
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
	return TargetStatus{t.breaker.Status(now), t.product.breaker.Status(now), statuses(t.product.benches, now)}
}
