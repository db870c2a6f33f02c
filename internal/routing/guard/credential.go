package guard

import (
	"iter"
	"maps"
	"slices"
	"time"
)

// How credentials are ejected. While another is usable, one refusal ejects a credential: only an operator
// can put it right. The last usable one is ejected only after several refusals in a row, and for a short
// time, because some refusals are spurious and no call can be served without it.
var (
	ejectionConfig     = BreakerConfig{Consecutive: 1, Cooldown: 5 * time.Second, MaxCooldown: 5 * time.Minute}
	lastEjectionConfig = BreakerConfig{Consecutive: 5, Cooldown: 5 * time.Second, MaxCooldown: 15 * time.Second}
)

// credential is the state of an account's credential, as such or for one product.
type credential struct {
	breaker Breaker
	// cause is why it was ejected.
	cause string
	// restEnd is the end of a Retry-After that concerns it.
	restEnd time.Time
	// untried says that it is new to the account. It counts as ejected until a probe, which is due at
	// once, has issued a token.
	untried bool
}

func newCredential() *credential { return &credential{breaker: NewBreaker(&ejectionConfig)} }

// resting reports whether there is a rest, and its end has not come.
func resting(end, now time.Time) bool { return !end.IsZero() && now.Before(end) }

// usable reports whether it is neither ejected nor resting.
func (c *credential) usable(now time.Time) bool {
	return c.breaker.state == Closed && !now.Before(c.restEnd)
}

// mayTry reports whether it is usable, or its probe is due.
func (c *credential) mayTry(now time.Time) bool {
	return !now.Before(c.restEnd) && !now.Before(c.breaker.nextProbe())
}

// credentialUsable reports whether the credential is usable, as such and for the product.
func (t *Target) credentialUsable(i int, now time.Time) bool {
	return !t.account.replaced(i) && t.account.credentials[i].usable(now) && t.product.credentials[i].usable(now)
}

// allUsable reports whether no credential is ejected or was ever told to rest, which is nearly always so.
func (t *Target) allUsable() bool {
	for i := range t.account.credentials {
		if !t.account.credentials[i].untroubled() || !t.product.credentials[i].untroubled() {
			return false
		}
	}
	return true
}

func (c *credential) untroubled() bool { return c.breaker.state == Closed && c.restEnd.IsZero() }

// probeDue reports whether the credential may be tried, as such and for the product.
func (t *Target) probeDue(i int, now time.Time) bool {
	return !t.account.replaced(i) && t.account.credentials[i].mayTry(now) && t.product.credentials[i].mayTry(now)
}

// coolCredentialAt returns when the credential's cool-downs and rests are over, as such and for the
// product.
func (t *Target) coolCredentialAt(i int) time.Time {
	asSuch, forProduct := t.account.credentials[i], t.product.credentials[i]
	return latest(asSuch.restEnd, asSuch.breaker.coolAt(), forProduct.restEnd, forProduct.breaker.coolAt())
}

// chooseCredential returns the first usable credential that was not tried. An ejected one whose probe is
// due comes first, unless the call has already been refused a credential: otherwise it would never be
// probed while another works.
func (t *Target) chooseCredential(d *demand) (chosen int, ok bool) {
	if len(d.tried) == 0 && t.allUsable() {
		return 0, true
	}
	usable, due := -1, -1
	for i := range t.account.credentials {
		switch {
		case slices.Contains(d.tried, i):
		case t.credentialUsable(i, d.now):
			if usable < 0 {
				usable = i
			}
		case due < 0 && t.probeDue(i, d.now):
			due = i
		}
	}
	if due >= 0 && (usable < 0 || len(d.tried) == 0) {
		return due, true
	}
	return usable, usable >= 0
}

// acquireCredential chooses a credential and takes its permits.
func (t *Target) acquireCredential(grant *Grant, d *demand) bool {
	i, ok := t.chooseCredential(d)
	if !ok {
		t.probeAllSoon(d.now)
		return false
	}
	grant.Credential = i
	grant.credential, _ = t.account.credentials[i].breaker.Acquire(d.now, d.timeout)
	grant.credentialForProduct, _ = t.product.credentials[i].breaker.Acquire(d.now, d.timeout)
	return true
}

// probeAllSoon makes probes due soon if no credential is usable.
func (t *Target) probeAllSoon(now time.Time) {
	for i := range t.account.credentials {
		if t.credentialUsable(i, now) {
			return
		}
	}
	soon := now.Add(lastEjectionConfig.MaxCooldown)
	for i := range t.account.credentials {
		t.account.credentials[i].breaker.probeBy(soon)
		t.product.credentials[i].breaker.probeBy(soon)
	}
}

// ejection returns how the credential is ejected, which depends on whether another is usable.
func (t *Target) ejection(i int, now time.Time) *BreakerConfig {
	for j := range t.account.credentials {
		if j != i && t.credentialUsable(j, now) {
			return &ejectionConfig
		}
	}
	return &lastEjectionConfig
}

func (t *Target) releaseCredential(now time.Time, grant *Grant, result *Result) {
	i := grant.Credential
	forProduct, asSuch := t.product.credentials[i], t.account.credentials[i]
	if result.Credential == Healthy && result.CredentialForProduct == Healthy && asSuch.breaker.clean() && forProduct.breaker.clean() {
		return // nearly always so, and nothing would change: neither has a window
	}
	if result.Credential == Faulty || result.CredentialForProduct == Faulty {
		forProduct.breaker.config = t.ejection(i, now)
		asSuch.breaker.config = forProduct.breaker.config
	}
	if forProduct.release(now, grant.credentialForProduct, result.CredentialForProduct, result) {
		for _, p := range t.account.products {
			restore(maps.Values(p.ejections), forProduct.cause)
		}
	}
	if asSuch.release(now, grant.credential, result.Credential, result) {
		restore(slices.Values(t.account.credentials), asSuch.cause)
	}
}

// release releases the permit, and reports whether it was a probe that found the credential
// usable again.
func (c *credential) release(now time.Time, permit Permit, verdict Verdict, result *Result) (restored bool) {
	before := c.breaker.state
	c.breaker.release(now, permit, verdict, Nobody, result.Halved)
	if verdict == Faulty && c.breaker.state == Open {
		c.cause = result.Cause
	}
	c.untried = c.untried && c.breaker.state != Closed
	return before == HalfOpen && c.breaker.state == Closed
}

// restore makes credentials usable again that were ejected for the same cause as one that a probe has
// found usable. One that never served has to be probed itself.
func restore(credentials iter.Seq[*credential], cause string) {
	for c := range credentials {
		if c.breaker.state != Closed && c.cause == cause && !c.untried {
			c.breaker.close()
		}
	}
}

func credentialStatuses(credentials []*credential, now time.Time) []Status {
	all := make([]Status, len(credentials))
	for i := range credentials {
		all[i] = credentials[i].breaker.Status(now)
	}
	return all
}

func latest(times ...time.Time) (last time.Time) {
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last
}
