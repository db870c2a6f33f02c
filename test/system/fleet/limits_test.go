package fleet

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/quota"
	"github.com/liveness-gateway/gateway/internal/quota/redisquota"
	"github.com/liveness-gateway/gateway/internal/redis"
	"github.com/liveness-gateway/gateway/internal/sensitive"
	"github.com/liveness-gateway/gateway/internal/vendorlimit"
	"github.com/liveness-gateway/gateway/internal/vendorlimit/redislimit"
)

func newClients(t *testing.T, address string) (clients []*redis.Client, failures *atomic.Int64) {
	t.Helper()
	failures = new(atomic.Int64)
	observe := func(_ string, _ time.Duration, failure redis.Failure) {
		if failure != redis.None {
			failures.Add(1)
		}
	}
	for range replicas {
		c := redis.Open(redis.Options{
			Addresses: []string{address}, Username: username, Password: sensitive.New(password), Timeout: redis.DefaultTimeout,
			Prefix: "liveness-gateway:", Log: zap.NewNop(), Observe: observe,
		})
		t.Cleanup(c.Close)
		require.Eventually(t, c.Up, startLimit, time.Millisecond)
		clients = append(clients, c)
	}
	return clients, failures
}

// Three replicas have no more in flight of an account together than its vendor allows, also
// after what a replica had in flight when it died.
func TestVendorLimitOverRedis(t *testing.T) {
	const most, lasts = 10, 3 * time.Second
	bounds := vendorlimit.Bounds{Concurrency: most}
	clients, _ := newClients(t, newRedis(t).address())
	dead := redislimit.New(clients[0])
	for _, lease := range []string{"a", "b", "c"} {
		require.Eventually(t, func() bool {
			answer, err := dead.Acquire(t.Context(), "acme", lease, time.Second, bounds)
			return err == nil && answer.Granted
		}, startLimit, time.Millisecond)
	}
	var inFlight, highest, granted atomic.Int64
	var all sync.WaitGroup
	for i := range 3 * most {
		store := redislimit.New(clients[i%replicas])
		all.Go(func() {
			lease := string(rune('A' + i))
			for end := time.Now().Add(lasts); time.Now().Before(end); time.Sleep(time.Millisecond) {
				answer, err := store.Acquire(t.Context(), "acme", lease, time.Minute, bounds)
				if err == nil && answer.Granted {
					granted.Add(1)
					now := inFlight.Add(1)
					for old := highest.Load(); now > old && !highest.CompareAndSwap(old, now); old = highest.Load() {
					}
					time.Sleep(5 * time.Millisecond)
					inFlight.Add(-1)
				}
				_ = store.Release(t.Context(), "acme", lease)
			}
		})
	}
	all.Wait()
	t.Logf("%d attempts, %d at once", granted.Load(), highest.Load())
	require.EqualValues(t, most, highest.Load(), "all slots, and no more")
}

// Three replicas together let a caller make its rate, and no more; without Redis too, with a
// third each. A replica for which Redis is late, as on a busy machine, has its third beside what
// the others take meanwhile: the caller floods again until Redis was in time throughout.
func TestQuotaOverRedis(t *testing.T) {
	const perSecond, burst, seconds = 60, 6, 4
	s := newRedis(t)
	clients, failures := newClients(t, s.address())
	ctx, stop := context.WithCancel(t.Context())
	var all []*redisquota.Rates
	var running sync.WaitGroup
	for _, c := range clients {
		rates := redisquota.New(c, map[string]quota.Rate{"shop": {PerSecond: perSecond, Burst: burst}})
		all = append(all, rates)
		running.Go(func() { rates.Run(ctx) })
	}
	defer func() {
		stop()
		running.Wait()
	}()
	flood := func() (taken int64) {
		var count atomic.Int64
		var callers sync.WaitGroup
		for _, rates := range all {
			callers.Go(func() {
				for end := time.Now().Add(seconds * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
					if wait, err := rates.Take(ctx, "shop"); err == nil && wait == 0 {
						count.Add(1)
					}
				}
			})
		}
		callers.Wait()
		return count.Load()
	}
	time.Sleep(2 * time.Second) // until all have seen each other
	var with int64
	for n, late := 0, int64(1); late > 0; n++ {
		require.Less(t, n, 20, "Redis was late in every flood")
		before := failures.Load()
		with = flood()
		late = failures.Load() - before
		t.Logf("of %d: %d with Redis, which was late %d times", perSecond*seconds, with, late)
		require.LessOrEqual(t, float64(with), 2.15*perSecond*seconds, "the rate, and all thirds")
	}
	s.kill()
	flood() // what has been saved up
	without := flood()
	t.Logf("of %d: %d without Redis", perSecond*seconds, without)
	require.InDelta(t, perSecond*seconds+burst, with, 0.15*perSecond*seconds)
	require.InDelta(t, perSecond*seconds, without, 0.15*perSecond*seconds)
}
