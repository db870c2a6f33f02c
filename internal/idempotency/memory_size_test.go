package idempotency_test

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/idempotency"
)

// What the store counts is what the heap grows by, so that max_bytes means bytes.
func TestMemoryCountsWhatItTakes(t *testing.T) {
	const bound = 16 << 20
	before := heapBytes()
	store := idempotency.NewMemory(1<<30, bound)
	keeper := newKeeper(t, store)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var err error
	for i := 0; err == nil; i++ {
		_, err = keeper.Do(ctx, idempotency.Call{
			Key: strconv.Itoa(i),
			Run: func(context.Context) (idempotency.Answer, error) {
				return idempotency.Answer{Content: make([]byte, 200+i%400), Expires: time.Now().Add(time.Hour)}, nil
			},
		})
	}
	if !errors.Is(err, idempotency.ErrFull) {
		t.Fatal(err)
	}
	require.InEpsilon(t, bound, heapBytes()-before, 0.1)
	runtime.KeepAlive(store)
}

// heapBytes is what lives on the heap.
func heapBytes() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
