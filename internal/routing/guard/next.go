package guard

import (
	"slices"
	"time"
)

// maxReplaced bounds the credentials that keep serving although they are no longer configured.
const maxReplaced = 8

// Next returns the guard of the same account under another configuration, with credentials of these
// identities, which must differ, and no more than maxInFlight attempts at once. Everything that is known
// stays. Attempts that began under this configuration end under it.
//
// While another credential is usable, a new one is first tried by a probe, and serves once that has
// issued a token. Until then the credentials that it replaces keep serving: replaced are their indexes
// in this account, eight at most, in the order in which the next one has them after its own. A
// credential that nothing replaces is gone at once.
func (a *Account) Next(now time.Time, credentials []string, maxInFlight int) (next *Account, replaced []int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	next = &Account{known: a.known, ids: slices.Clone(credentials), configured: len(credentials)}
	serves := slices.ContainsFunc(a.credentials, func(c *credential) bool { return !c.untried && c.usable(now) })
	for _, id := range credentials {
		next.credentials = append(next.credentials, a.credentialOf(id, serves))
	}
	if next.rotating() {
		replaced = a.replacedBy(credentials)
	}
	for _, i := range replaced {
		next.ids, next.credentials = append(next.ids, a.ids[i]), append(next.credentials, a.credentials[i])
	}
	a.limiter.SetMost(maxInFlight)
	a.forget(next.ids)
	return next, replaced
}

// credentialOf returns the credential with that identity. A new one is untried if another serves.
func (a *Account) credentialOf(id string, anotherServes bool) *credential {
	if i := slices.Index(a.ids, id); i >= 0 {
		return a.credentials[i]
	}
	c := newCredential()
	if anotherServes {
		c.untried, c.breaker.state = true, Open // its probe is due
	}
	return c
}

// replacedBy returns the indexes of the credentials that have none of the identities, except for those
// that never served and those that were already replaced.
func (a *Account) replacedBy(ids []string) (replaced []int) {
	for i, id := range a.ids {
		if !slices.Contains(ids, id) && !a.credentials[i].untried && !a.replaced(i) && len(replaced) < maxReplaced {
			replaced = append(replaced, i)
		}
	}
	return replaced
}

// forget drops what only earlier configurations used. Attempts in flight hold what they need.
func (k *known) forget(ids []string) {
	for _, p := range k.products {
		p.before, p.own = p.own, make(map[string]*own)
		for id := range p.ejections {
			if !slices.Contains(ids, id) {
				delete(p.ejections, id)
			}
		}
	}
	for name, c := range k.callers {
		if c.inFlight == 0 && len(c.turns) == 0 {
			delete(k.callers, name)
		}
	}
}

// rotating reports whether a configured credential has yet to serve.
func (a *Account) rotating() bool {
	return slices.ContainsFunc(a.credentials[:a.configured], func(c *credential) bool { return c.untried })
}

// replaced reports whether the credential has been replaced by others that serve.
func (a *Account) replaced(i int) bool { return i >= a.configured && !a.rotating() }

// Replaced reports whether the account has credentials that have been replaced by others that serve, so
// that the next configuration need not have them.
func (a *Account) Replaced() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.credentials) > a.configured && !a.rotating()
}

// Rotation is where a credential is in a change of the configuration.
type Rotation uint8

// The rotations.
const (
	// NoRotation: it is in no change.
	NoRotation Rotation = iota
	// Untried: it is new and has not served yet.
	Untried
	// Rejected: it is new and the vendor has refused it.
	Rejected
	// Replaced: it is no longer configured and serves until the new ones do.
	Replaced
)

// String returns "", "untried", "rejected" or "replaced".
func (r Rotation) String() string { return [...]string{"", "untried", "rejected", "replaced"}[r] }

func (a *Account) rotations() []Rotation {
	all := make([]Rotation, len(a.credentials))
	for i, c := range a.credentials {
		switch {
		case i >= a.configured:
			all[i] = Replaced
		case c.untried && c.cause != "":
			all[i] = Rejected
		case c.untried:
			all[i] = Untried
		}
	}
	return all
}
