package idempotency_test

import (
	"context"
	"encoding/binary"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/idempotency"
)

// A key that is new to a store of 2^17.
func BenchmarkLeaseAndComplete(b *testing.B) {
	store := idempotency.NewMemory(1<<40, 1<<50)
	number := uint64(0)
	add := func() {
		name := digestOf(number)
		number++
		_, err := store.Lease(b.Context(), name, leaseOf("a"), time.Hour)
		require.NoError(b, err)
		stands, err := store.Complete(b.Context(), name, leaseOf("a"), sealed, time.Hour)
		require.NoError(b, err)
		require.NotNil(b, stands.Answer)
	}
	for range 1 << 17 {
		add()
	}
	b.ReportAllocs()
	for b.Loop() {
		add()
	}
}

// An answer that is opened again, beside 2^17 others.
func BenchmarkReplay(b *testing.B) {
	keeper := newKeeper(b, idempotency.NewMemory(1<<40, 1<<50))
	ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
	defer cancel()
	call := idempotency.Call{Message: []idempotency.Part{{[]byte("message")}}, Run: func(context.Context) (idempotency.Answer, error) {
		return idempotency.Answer{Content: sealed, Expires: time.Now().Add(time.Hour)}, nil
	}}
	for i := range 1 << 17 {
		call.Key = strconv.Itoa(i)
		_, err := keeper.Do(ctx, call)
		require.NoError(b, err)
	}
	b.ReportAllocs()
	for b.Loop() {
		result, err := keeper.Do(ctx, call)
		require.NoError(b, err)
		require.Equal(b, idempotency.Replayed, result.Outcome)
	}
}

// sealed stands in for an answer.
var sealed = make([]byte, 400)

func digestOf(number uint64) (name idempotency.Digest) {
	binary.BigEndian.PutUint64(name[:], number)
	return name
}
