package vendorlimit_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/vendorlimit"
	"github.com/liveness-gateway/gateway/internal/vendorlimit/limittest"
)

func TestMemory(t *testing.T) {
	limittest.Run(t, func(t *testing.T, test func(*testing.T, limittest.Rig)) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) { test(t, limittest.Rig{Store: vendorlimit.NewMemory(), Sleep: time.Sleep}) })
	})
}

// counting counts what a store is asked, and can be down.
type counting struct {
	vendorlimit.Store
	asked, released atomic.Int64
	down            atomic.Bool
}

func (c *counting) Acquire(ctx context.Context, account, lease string, ttl time.Duration, bounds vendorlimit.Bounds) (vendorlimit.Answer, error) {
	c.asked.Add(1)
	if c.down.Load() {
		return vendorlimit.Answer{}, errors.New("down")
	}
	return c.Store.Acquire(ctx, account, lease, ttl, bounds)
}

func (c *counting) Release(ctx context.Context, account, lease string) error {
	c.released.Add(1)
	return c.Store.Release(ctx, account, lease)
}

func acquire(t *testing.T, l *vendorlimit.Limit) (release func()) {
	t.Helper()
	release, retryAt := l.Acquire(t.Context(), time.Second)
	require.NotNil(t, release)
	require.Zero(t, retryAt)
	return release
}

func requireRefused(t *testing.T, l *vendorlimit.Limit) {
	t.Helper()
	release, retryAt := l.Acquire(t.Context(), time.Second)
	require.Nil(t, release)
	require.WithinRange(t, retryAt, time.Now().Add(1), time.Now().Add(20*time.Millisecond))
	require.Equal(t, retryAt.UnixNano(), l.RefusedUntil(time.Now()).UnixNano())
}

// Replicas share what the account may have in flight; a lease ends a second after its attempt
// at the latest.
func TestReplicasShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := vendorlimit.NewMemory()
		here := vendorlimit.New(store, "acme", vendorlimit.Bounds{Concurrency: 2})
		there := vendorlimit.New(store, "acme", vendorlimit.Bounds{Concurrency: 2})
		release := acquire(t, here)
		acquire(t, there)
		requireRefused(t, here)
		requireRefused(t, there)
		release()
		release()
		synctest.Wait()
		acquire(t, here) // at once: it knows that a lease has ended
		requireRefused(t, there)
		time.Sleep(2*time.Second - 1)
		requireRefused(t, there)
		time.Sleep(20 * time.Millisecond)
		acquire(t, there)
	})
}

// A refusal holds for all calls of the process, for 20 ms at most.
func TestARefusalIsRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &counting{Store: vendorlimit.NewMemory()}
		here := vendorlimit.New(store, "acme", vendorlimit.Bounds{Concurrency: 1})
		acquire(t, vendorlimit.New(store, "acme", vendorlimit.Bounds{Concurrency: 1}))
		for range 1000 {
			requireRefused(t, here)
		}
		require.EqualValues(t, 2, store.asked.Load())
		time.Sleep(20 * time.Millisecond)
		requireRefused(t, here)
		require.EqualValues(t, 3, store.asked.Load())
	})
}

// Where the store cannot tell, attempts begin; what may have been granted is given back.
func TestTheStoreIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &counting{Store: vendorlimit.NewMemory()}
		l := vendorlimit.New(store, "acme", vendorlimit.Bounds{Concurrency: 1})
		store.down.Store(true)
		for range 10 {
			acquire(t, l)()
		}
		synctest.Wait()
		require.EqualValues(t, 10, store.released.Load())
	})
}

// No more calls wait than attempts may be in flight, or begin in a second.
func TestThoseWhoWaitAreBounded(t *testing.T) {
	for bound, bounds := range map[int]vendorlimit.Bounds{
		2: {Concurrency: 2, PerSecond: 100},
		3: {PerSecond: 2.5},
	} {
		l := vendorlimit.New(vendorlimit.NewMemory(), "acme", bounds)
		require.Equal(t, bounds, l.Bounds())
		var leave func()
		for range bound {
			var ok bool
			leave, ok = l.Await()
			require.True(t, ok)
		}
		_, ok := l.Await()
		require.False(t, ok)
		leave()
		_, ok = l.Await()
		require.True(t, ok)
	}
}
