package idempotency

import "crypto/rand"

// NewInMemory returns a keeper whose store is this process's memory. The keys end with the
// process.
func NewInMemory(memory *Memory, options ...Option) (*Keeper, error) {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // it never fails
	return NewKeeper(memory, secret, options...)
}
