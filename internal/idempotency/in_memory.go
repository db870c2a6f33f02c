package idempotency

import "crypto/rand"

// NewInMemory returns a keeper whose store is this process's memory, bounded as that of
// NewMemory. The keys end with the process.
func NewInMemory(maxEntries, maxBytes int, options ...Option) (*Keeper, error) {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // it never fails
	return NewKeeper(NewMemory(maxEntries, maxBytes), secret, options...)
}
