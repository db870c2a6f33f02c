package main

import (
	"crypto/rand"

	"github.com/liveness-gateway/gateway/internal/idempotency"
)

// A key takes room as long as its token lives, about 1 KiB: these bounds let 70 calls a
// second have one where tokens live an hour, 800 where they live five minutes. What
// comes beyond is answered by IDEMPOTENCY_UNAVAILABLE.
const (
	maxKeys     = 1 << 18
	maxKeyBytes = 256 << 20
)

// newKeeper returns a keeper of idempotency keys in this process's memory, which forgets
// them when it ends.
func newKeeper() (*idempotency.Keeper, error) {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // it never fails
	return idempotency.NewKeeper(idempotency.NewMemory(maxKeys, maxKeyBytes), secret)
}
