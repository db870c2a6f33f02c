package idempotency_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/idempotency/storetest"
)

var name, message = idempotency.Digest{1}, idempotency.Digest{2}

func leaseOf(owner string) idempotency.Record {
	return idempotency.Record{Message: message, Owner: owner}
}

// lease asks for a lease of a minute, and returns whose stands.
func lease(t *testing.T, s idempotency.Store, name idempotency.Digest, owner string) idempotency.Record {
	t.Helper()
	got, err := s.Lease(t.Context(), name, leaseOf(owner), time.Minute)
	require.NoError(t, err)
	return got
}

func complete(t *testing.T, s idempotency.Store, name idempotency.Digest, owner, answer string, ttl time.Duration) idempotency.Record {
	t.Helper()
	got, err := s.Complete(t.Context(), name, leaseOf(owner), []byte(answer), ttl)
	require.NoError(t, err)
	return got
}

// What any store has to hold, each in a store of its own.
func TestStore(t *testing.T) {
	for kind, store := range map[string]func() idempotency.Store{
		"memory":  func() idempotency.Store { return newMemory() },
		"replica": func() idempotency.Store { return idempotency.NewReplica(newMemory(), newMemory()) },
	} {
		t.Run(kind, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T, test func(*testing.T, storetest.Rig)) {
				t.Helper()
				synctest.Test(t, func(t *testing.T) { test(t, storetest.Rig{Store: store(), Sleep: time.Sleep}) })
			})
		})
	}
}
