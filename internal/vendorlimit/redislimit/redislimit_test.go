package redislimit_test

import (
	"context"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/redis"
	"github.com/liveness-gateway/gateway/internal/vendorlimit"
	"github.com/liveness-gateway/gateway/internal/vendorlimit/limittest"
	"github.com/liveness-gateway/gateway/internal/vendorlimit/redislimit"
)

func newStore(t *testing.T, s *miniredis.Miniredis) *redislimit.Store {
	t.Helper()
	client := redis.Open(redis.Options{
		Addresses: []string{s.Addr()}, Timeout: time.Minute, Prefix: "test:", Log: zap.NewNop(),
		Observe: func(string, time.Duration, redis.Failure) {},
	})
	t.Cleanup(client.Close)
	return redislimit.New(client)
}

// patient asks again as long as a busy machine is too slow.
type patient struct{ *redislimit.Store }

func (p patient) Acquire(ctx context.Context, account, lease string, ttl time.Duration, bounds vendorlimit.Bounds) (answer vendorlimit.Answer, err error) {
	for ctx.Err() == nil {
		if answer, err = p.Store.Acquire(ctx, account, lease, ttl, bounds); err == nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	return answer, err
}

func TestStore(t *testing.T) {
	limittest.Run(t, func(t *testing.T, test func(*testing.T, limittest.Rig)) {
		t.Helper()
		s, now := miniredis.RunT(t), time.Now().Truncate(time.Millisecond)
		s.SetTime(now)
		test(t, limittest.Rig{Store: patient{newStore(t, s)}, Sleep: func(d time.Duration) {
			now = now.Add(d)
			s.SetTime(now)
			s.FastForward(d)
		}})
	})
}

// What is in Redis ends by itself, and names no account.
func TestWhatIsInRedis(t *testing.T) {
	s := miniredis.RunT(t)
	_, err := patient{newStore(t, s)}.Acquire(t.Context(), "acme {a}", "lease", 4*time.Second, vendorlimit.Bounds{Concurrency: 2, PerSecond: 2})
	require.NoError(t, err)
	keys := s.Keys()
	require.Len(t, keys, 2)
	for _, key := range keys {
		require.Regexp(t, `^test:vendor_limit:\{[\w-]{16}\}:(leases|due)$`, key)
		require.Positive(t, s.TTL(key))
		require.LessOrEqual(t, s.TTL(key), 4*time.Second)
	}
	s.FastForward(4 * time.Second)
	require.Empty(t, s.Keys())
}

// After a failover to a server whose clock is behind, or a clock that was set back, nothing is held
// up for as long as the clock went back.
func TestAClockOfRedisThatGoesBack(t *testing.T) {
	s, now := miniredis.RunT(t), time.Now().Truncate(time.Millisecond)
	s.SetTime(now)
	store := patient{newStore(t, s)}
	acquire := func(lease string) vendorlimit.Answer {
		answer, err := store.Acquire(t.Context(), "acme", lease, 4*time.Second, vendorlimit.Bounds{Concurrency: 2, PerSecond: 5})
		require.NoError(t, err)
		return answer
	}
	require.True(t, acquire("of a replica that is killed").Granted)
	s.SetTime(now.Add(200 * time.Millisecond))
	require.True(t, acquire("of another").Granted)
	pass := func(d time.Duration) {
		now = now.Add(d)
		s.SetTime(now)
	}
	pass(-time.Hour)
	require.Equal(t, 200*time.Millisecond, acquire("a").Wait, "attempts that began count as before")
	for _, next := range []string{"a", "b"} {
		pass(200 * time.Millisecond)
		require.True(t, acquire(next).Granted)
	}
	pass(200 * time.Millisecond)
	require.Equal(t, vendorlimit.Answer{}, acquire("c"))

	pass(-30 * time.Second)
	require.Equal(t, vendorlimit.Answer{}, acquire("c"), "a lease that may last as long stands")
	pass(34 * time.Second)
	require.True(t, acquire("c").Granted)
}
