package idempotency_test

import (
	"context"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/alloctest"
	"github.com/liveness-gateway/gateway/internal/idempotency"
)

// atOnce makes calls of so many keys at once and returns how many bytes each has cost.
func atOnce(t *testing.T, keeper *idempotency.Keeper, prefix string, callers int) uint64 {
	t.Helper()
	v := &vendor{took: time.Second}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var calls sync.WaitGroup
	for i := range callers {
		calls.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), deadline)
			defer cancel()
			got := doCall(ctx, keeper, idempotency.Call{Key: prefix + strconv.Itoa(i), Message: []idempotency.Part{{[]byte("message")}}, Run: v.run})
			if got.outcome != idempotency.Issued {
				t.Error(i, got)
			}
		})
	}
	calls.Wait()
	runtime.ReadMemStats(&after)
	require.Equal(t, callers, v.calls)
	return (after.TotalAlloc - before.TotalAlloc) / uint64(callers)
}

// Forty thousand keys at once cost each call what two thousand do. Nothing is left in the way
// of the next call, and no worker when all have rested.
func TestManyKeysAtOnce(t *testing.T) {
	few, many := 2000, 40_000
	if alloctest.UnderRaceDetector() {
		few, many = 200, 2000 // it knows no more goroutines than 8,128
	}
	synctest.Test(t, func(t *testing.T) {
		keeper := newKeeper(t, idempotency.NewMemory(100_000, 1<<30))
		goroutines := runtime.NumGoroutine()
		start := time.Now()
		first := atOnce(t, keeper, "few-", few)
		each := atOnce(t, keeper, "many-", many)
		require.Equal(t, 2*time.Second, time.Since(start), "of a second each")
		next := begin(t, keeper, deadline, "message", (&vendor{}).run)
		require.Equal(t, reply{"token-1", idempotency.Issued, nil}, <-next.ended)
		require.Equal(t, 2*time.Second, time.Since(start), "the next does not wait")
		time.Sleep(time.Second)
		synctest.Wait()
		require.LessOrEqual(t, runtime.NumGoroutine(), goroutines)
		require.LessOrEqual(t, each, 2*first, "bytes a call")
	})
}
