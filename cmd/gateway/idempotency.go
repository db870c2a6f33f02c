package main

import (
	"crypto/rand"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/idempotency"
)

// newKeeper returns a keeper of idempotency keys in this process's memory, which forgets
// them when it ends.
func newKeeper(bounds config.Idempotency) (*idempotency.Keeper, error) {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // it never fails
	store := idempotency.NewMemory(bounds.MaxKeys, int(bounds.MaxBytes))
	return idempotency.NewKeeper(store, secret, idempotency.WithMargin(bounds.ReplayMargin))
}
