package idempotency_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/idempotency"
)

// What was sent is waited for, though its caller has left, and its answer kept.
func TestShutdownWaitsForWhatNobodyWaitsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, v := newMemory(), &vendor{took: 1200 * time.Millisecond}
		here, elsewhere := newKeeper(t, store), newKeeper(t, store)
		start := time.Now()
		first := begin(t, here, 300*time.Millisecond, "message", v.sends(0))
		require.ErrorIs(t, (<-first.ended).err, idempotency.ErrRunning)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		require.Zero(t, here.Shutdown(ctx))
		require.Equal(t, v.took, time.Since(start), "as long as it took, and no longer")
		again := begin(t, elsewhere, deadline, "message", v.run)
		require.Equal(t, reply{"token-1", idempotency.Replayed, nil}, <-again.ended)
	})
}

// What takes longer than there is time is cut, and frees its key.
func TestShutdownCutsWhatTakesTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, v := newMemory(), &vendor{took: 30 * time.Second}
		here, elsewhere := newKeeper(t, store), newKeeper(t, store)
		first := begin(t, here, time.Second, "message", v.sends(0))
		require.ErrorIs(t, (<-first.ended).err, idempotency.ErrRunning)
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		require.Equal(t, 1, here.Shutdown(ctx))
		require.Equal(t, 5*time.Second, time.Since(start))
		synctest.Wait()
		again := begin(t, elsewhere, time.Minute, "message", v.run)
		require.Equal(t, reply{"token-2", idempotency.Issued, nil}, <-again.ended)
		require.Zero(t, here.Shutdown(t.Context()), "nothing is left")
	})
}
