package callers

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

const (
	// sets × ways tokens are remembered, 16,384: as many as callers may have at once. They
	// take 2 MiB.
	sets = 4096
	ways = 4
)

// verifiedToken is a token that was verified, by its hash. It holds until it expires or its
// issuer's keys change.
type verifiedToken struct {
	hash    [sha256.Size]byte
	caller  *Caller
	expires time.Time
	keys    *keys
	under   *keySet
}

func (t *verifiedToken) holds() bool {
	return t.keys.current.Load() == t.under && time.Now().Before(t.expires)
}

// verifiedTokens remembers tokens as a processor's cache remembers lines: each hash has four
// places, without a lock. If all are taken, a token replaces one that no longer holds, or any
// other, which will be verified again when it comes back. Only tokens that name callers are
// remembered.
type verifiedTokens [sets * ways]atomic.Pointer[verifiedToken]

func (v *verifiedTokens) places(hash *[sha256.Size]byte) []atomic.Pointer[verifiedToken] {
	first := int(binary.LittleEndian.Uint64(hash[:])%sets) * ways
	return v[first : first+ways]
}

// find returns the caller of a remembered token that still holds, nil if there is none.
func (v *verifiedTokens) find(hash *[sha256.Size]byte) *Caller {
	places := v.places(hash)
	for i := range places {
		if t := places[i].Load(); t != nil && t.hash == *hash && t.holds() {
			return t.caller
		}
	}
	return nil
}

func (v *verifiedTokens) add(token *verifiedToken) {
	places := v.places(&token.hash)
	free := rand.IntN(ways)
	for i := range places {
		if t := places[i].Load(); t == nil || t.hash == token.hash || !t.holds() {
			free = i
			break
		}
	}
	places[free].Store(token)
}
