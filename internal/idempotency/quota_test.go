package idempotency_test

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/idempotency"
)

// wait returns how long the store has a new key of the caller wait, 0 if it takes it.
func wait(t *testing.T, store idempotency.Store, caller string, key byte, ttl time.Duration) time.Duration {
	t.Helper()
	lease := idempotency.Record{Owner: caller, Caller: caller}
	record, err := store.Lease(t.Context(), idempotency.Digest{key}, lease, ttl)
	if quota, ok := errors.AsType[*idempotency.QuotaError](err); ok {
		require.False(t, record.Stands())
		return quota.Wait
	}
	require.NoError(t, err)
	require.Equal(t, caller, record.Owner)
	require.Empty(t, record.Caller, "a store shows no caller")
	return 0
}

// A caller has so many keys, in flight and answered, and is told exactly when the first of
// them is over at the latest; others do not notice.
func TestKeysOfACallerAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		store.LimitCallers(map[string]int{"shop": 2, "bank": 1})
		require.Zero(t, wait(t, store, "shop", 1, time.Minute))
		require.Zero(t, wait(t, store, "shop", 2, time.Hour))
		require.Equal(t, time.Minute, wait(t, store, "shop", 3, time.Minute))
		require.Zero(t, wait(t, store, "shop", 1, time.Minute), "its own key")
		require.Equal(t, 2, store.KeysOf("shop"))
		require.Zero(t, wait(t, store, "bank", 4, time.Minute))
		for key := range byte(100) {
			require.Zero(t, wait(t, store, "free", 100+key, time.Minute))
		}
		require.Zero(t, store.KeysOf("free"))

		shop := idempotency.Record{Owner: "shop", Caller: "shop"}
		_, err := store.Complete(t.Context(), idempotency.Digest{2}, shop, []byte("answer"), time.Second)
		require.NoError(t, err)
		require.Equal(t, time.Second, wait(t, store, "shop", 3, time.Minute), "an answer ends sooner than its lease")
		held, err := store.Extend(t.Context(), idempotency.Digest{1}, shop, time.Hour)
		require.NoError(t, err)
		require.True(t, held)
		time.Sleep(time.Second - 1)
		require.Equal(t, time.Nanosecond, wait(t, store, "shop", 3, time.Minute))
		time.Sleep(time.Nanosecond)
		require.Zero(t, wait(t, store, "shop", 3, 2*time.Hour))
		require.Equal(t, time.Hour-time.Second, wait(t, store, "shop", 5, time.Minute), "a lease was extended")
		require.NoError(t, store.Release(t.Context(), idempotency.Digest{1}, shop))
		require.Equal(t, 1, store.KeysOf("shop"))
		require.Zero(t, wait(t, store, "shop", 5, time.Minute))
	})
}

// What is over of a caller makes room for it, however much of others is over too.
func TestKeysOfACallerThatAreOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		store.LimitCallers(map[string]int{"shop": 10})
		for key := range byte(100) {
			require.Zero(t, wait(t, store, "free", 100+key, time.Second))
		}
		for key := range byte(10) {
			require.Zero(t, wait(t, store, "shop", key, time.Minute))
		}
		time.Sleep(time.Minute)
		for key := range byte(10) {
			require.Zero(t, wait(t, store, "shop", 10+key, time.Minute))
		}
		require.Equal(t, 10, store.KeysOf("shop"))
		require.Equal(t, time.Minute, wait(t, store, "shop", 90, time.Minute))
	})
}

// Bounds may change: what is held beyond a lower one stays, and no more comes.
func TestBoundsOfKeysChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		store.LimitCallers(map[string]int{"shop": 3})
		for key := range byte(3) {
			require.Zero(t, wait(t, store, "shop", key, time.Minute))
		}
		store.LimitCallers(map[string]int{"shop": 2, "bank": 1})
		require.Zero(t, wait(t, store, "shop", 0, time.Minute))
		require.Equal(t, time.Minute, wait(t, store, "shop", 3, time.Minute))
		require.Zero(t, wait(t, store, "bank", 4, time.Minute))
		require.Equal(t, time.Minute, wait(t, store, "bank", 5, time.Minute))
		store.LimitCallers(nil)
		require.Zero(t, wait(t, store, "shop", 3, time.Minute))
		require.Equal(t, 4, store.KeysOf("shop"), "they are counted all the same")
	})
}

// A call beyond the bound does not run; one whose run failed has used up nothing.
func TestCallsBeyondTheBoundOfKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		store.LimitCallers(map[string]int{"shop": 1})
		keeper := newKeeper(t, store)
		ctx, cancel := context.WithTimeout(t.Context(), deadline)
		defer cancel()
		v := &vendor{}
		call := func(key int, run idempotency.Run) reply {
			return doCall(ctx, keeper, idempotency.Call{Caller: "shop", Key: strconv.Itoa(key), Run: run})
		}
		failed := errors.New("failed")
		for key := range 3 {
			got := call(key, func(context.Context) (idempotency.Answer, error) { return idempotency.Answer{}, failed })
			require.Equal(t, reply{"", idempotency.Failed, failed}, got)
		}
		require.Equal(t, reply{"token-1", idempotency.Issued, nil}, call(7, v.run))
		refused := call(8, v.run)
		require.Equal(t, idempotency.OverQuota, refused.outcome)
		quota, ok := errors.AsType[*idempotency.QuotaError](refused.err)
		require.True(t, ok)
		require.Equal(t, 10*time.Minute, quota.Wait)
		require.Equal(t, reply{"token-1", idempotency.Replayed, nil}, call(7, v.run))
		require.Equal(t, 1, v.calls)
	})
}

// A replica that shares a store bounds what it holds itself.
func TestKeysOfACallerOfAReplica(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared, own := newMemory(), newMemory()
		own.LimitCallers(map[string]int{"shop": 1})
		replica := idempotency.NewReplica(own, shared)
		require.Zero(t, wait(t, replica, "shop", 1, time.Minute))
		require.Equal(t, time.Minute, wait(t, replica, "shop", 2, time.Minute))
		lease := idempotency.Record{Owner: "shop", Caller: "shop"}
		require.NoError(t, replica.Release(t.Context(), idempotency.Digest{1}, lease))
		require.Zero(t, wait(t, replica, "shop", 2, time.Minute))
	})
}
