package callers

import (
	"crypto/x509"
	"slices"
	"time"
)

// Inherit takes over the key sets that before has fetched from the same places, so that tokens
// need not wait for them. It must precede Run; nil has none.
func (a *Authenticator) Inherit(before *Authenticator) {
	if a == nil || before == nil {
		return
	}
	for name, from := range a.tokens.issuers {
		if last := before.tokens.issuers[name]; last != nil && from.sameKeys(last) {
			from.keys.inherit(last.keys)
		}
	}
}

// sameKeys reports whether the issuer's keys are fetched from where the other's are.
func (i *issuer) sameKeys(other *issuer) bool {
	return i.URL != nil && other.URL != nil && i.URL.String() == other.URL.String() &&
		sameRoots(i.RootCAs, other.RootCAs) && slices.Equal(i.Algorithms, other.Algorithms)
}

func sameRoots(a, b *x509.CertPool) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(b)
}

func (k *keys) inherit(from *keys) {
	from.mu.Lock()
	k.begun = from.begun
	from.mu.Unlock()
	k.current.Store(from.current.Load())
}

// due returns how long it is until the set must be read: 0 if there is none yet.
func (k *keys) due() time.Duration {
	if k.current.Load() == nil {
		return 0
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return max(0, renewal-time.Since(k.begun))
}
