package redisquota

import (
	"context"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/quota"
	"github.com/liveness-gateway/gateway/internal/redis"
)

var rates = map[string]quota.Rate{"shop": {PerSecond: 5, Burst: 4}, "bank": {PerSecond: 0.001, Burst: 1}, "free": {}}

func newRates(t *testing.T, address string) *Rates {
	t.Helper()
	client := redis.Open(redis.Options{
		Addresses: []string{address}, Timeout: time.Minute, Prefix: "test:", Log: zap.NewNop(),
		Observe: func(string, time.Duration, redis.Failure) {},
	})
	t.Cleanup(client.Close)
	return New(client, rates)
}

// newPatientRates returns rates that wait for Redis, however busy the machine is: to take a call
// again that came to no answer may take two.
func newPatientRates(t *testing.T, address string) *Rates {
	t.Helper()
	r := newRates(t, address)
	r.impatient = r.client
	return r
}

// takeShared takes a call over Redis.
func takeShared(t *testing.T, r *Rates, caller string) (wait time.Duration) {
	t.Helper()
	wait, err := r.takeShared(t.Context(), (*r.rates.Load())[caller])
	require.NoError(t, err)
	return wait
}

// Replicas share what a caller may; how long it has to wait is exact.
func TestReplicasShareARate(t *testing.T) {
	s, now := miniredis.RunT(t), time.Now().Truncate(time.Millisecond)
	s.SetTime(now)
	pass := func(d time.Duration) {
		now = now.Add(d)
		s.SetTime(now)
		s.FastForward(d)
	}
	here, there := newPatientRates(t, s.Addr()), newPatientRates(t, s.Addr())
	for i := range 4 {
		require.Zero(t, takeShared(t, []*Rates{here, there}[i%2], "shop"))
	}
	for range 3 { // what is refused costs nothing
		require.Equal(t, 200*time.Millisecond, takeShared(t, here, "shop"))
		require.Equal(t, 200*time.Millisecond, takeShared(t, there, "shop"))
	}
	pass(150 * time.Millisecond)
	require.Equal(t, 50*time.Millisecond, takeShared(t, there, "shop"))
	pass(50 * time.Millisecond)
	require.Zero(t, takeShared(t, there, "shop"))
	require.Positive(t, takeShared(t, here, "shop"))

	require.Zero(t, takeShared(t, here, "bank"), "callers have quotas of their own")
	require.Equal(t, 1000*time.Second, takeShared(t, there, "bank"))
	pass(time.Hour)
	require.Empty(t, s.Keys(), "what is over is gone")
}

// After a failover to a server whose clock is behind, or a clock that was set back, a caller waits for
// one call at most.
func TestAClockOfRedisThatGoesBack(t *testing.T) {
	s, now := miniredis.RunT(t), time.Now().Truncate(time.Millisecond)
	s.SetTime(now)
	here, there := newPatientRates(t, s.Addr()), newPatientRates(t, s.Addr())
	there.beSeen(t.Context())
	for range 4 {
		require.Zero(t, takeShared(t, here, "shop"))
	}
	now = now.Add(-time.Hour)
	s.SetTime(now)
	require.Equal(t, 200*time.Millisecond, takeShared(t, here, "shop"), "what was had is not given again")
	s.SetTime(now.Add(200 * time.Millisecond))
	require.Zero(t, takeShared(t, here, "shop"))
	require.Equal(t, 200*time.Millisecond, takeShared(t, there, "shop"))
	s.SetTime(now.Add(11 * time.Second))
	require.EqualValues(t, 1, replicasSeen(t, here), "one that was seen before is gone all the same")
}

func TestACallerWithoutARate(t *testing.T) {
	r := newRates(t, miniredis.RunT(t).Addr())
	for _, caller := range []string{"free", "", "unknown"} {
		wait, err := r.Take(t.Context(), caller)
		require.NoError(t, err)
		require.Zero(t, wait)
	}
}

// While Redis is down each replica holds callers to its share of what there were replicas.
func TestTheShareOfAReplica(t *testing.T) {
	s := miniredis.RunT(t)
	here, there := newRates(t, s.Addr()), newRates(t, s.Addr())
	for _, r := range []*Rates{here, there, here} {
		require.Eventually(t, func() bool { return r.client.Up() }, time.Minute, time.Millisecond)
		r.beSeen(t.Context())
	}
	s.Close()
	require.Eventually(t, func() bool {
		_, err := here.takeShared(t.Context(), (*here.rates.Load())["shop"])
		return err != nil
	}, time.Minute, time.Millisecond)
	taken := 0
	for range 10 {
		wait, err := here.Take(t.Context(), "shop")
		require.NoError(t, err)
		if wait == 0 {
			taken++
		} else {
			require.InDelta(t, 400*time.Millisecond, wait, float64(300*time.Millisecond), "at half the rate")
		}
	}
	require.GreaterOrEqual(t, taken, 2)
	require.LessOrEqual(t, taken, 4)
}

// Of a Redis that is late now and then a caller has its rate once: what the replica grants by
// itself meanwhile and what Redis grants are one.
func TestARedisThatIsLateNowAndThen(t *testing.T) {
	s := miniredis.RunT(t)
	r := newRates(t, s.Addr())
	r.Use(map[string]quota.Rate{"shop": {PerSecond: 20, Burst: 4}})
	require.Eventually(t, r.client.Up, time.Minute, time.Millisecond)
	// The client is never late for who has left.
	left, leave := context.WithCancel(t.Context())
	leave()
	taken, began := 0, time.Now()
	for i := 0; time.Since(began) < 2*time.Second; i++ {
		if wait, err := r.Take([]context.Context{left, t.Context()}[i%2], "shop"); err == nil && wait == 0 {
			taken++
		}
		time.Sleep(time.Millisecond)
	}
	require.Greater(t, taken, 4)
	require.LessOrEqual(t, float64(taken), 4+4+20*time.Since(began).Seconds())
}

// Who has had the one call that it has from Redis gets no other while Redis is late, also by other
// rates.
func TestWhatRedisGrantedIsNotGrantedAgain(t *testing.T) {
	r := newRates(t, miniredis.RunT(t).Addr())
	require.Eventually(t, r.client.Up, time.Minute, time.Millisecond)
	left, leave := context.WithCancel(t.Context())
	leave()
	wait, err := r.Take(t.Context(), "bank")
	require.NoError(t, err)
	require.Zero(t, wait)
	for range 2 {
		wait, err = r.Take(left, "bank")
		require.NoError(t, err)
		require.Positive(t, wait)
		r.Use(map[string]quota.Rate{"bank": {PerSecond: 0.002, Burst: 1}})
	}
}

// A replica that is gone does not count for long.
func TestReplicasThatAreGone(t *testing.T) {
	s, now := miniredis.RunT(t), time.Now()
	here, there := newRates(t, s.Addr()), newRates(t, s.Addr())
	require.Eventually(t, func() bool { return here.client.Up() && there.client.Up() }, time.Minute, time.Millisecond)
	s.SetTime(now)
	there.beSeen(t.Context())
	require.EqualValues(t, 2, replicasSeen(t, here))
	s.SetTime(now.Add(9 * time.Second))
	require.EqualValues(t, 2, replicasSeen(t, here))
	s.SetTime(now.Add(11 * time.Second))
	require.EqualValues(t, 1, replicasSeen(t, here))
}

// replicasSeen says that the replica is there, and returns how many are.
func replicasSeen(t *testing.T, r *Rates) any {
	t.Helper()
	reply, err := r.client.Run(t.Context(), seen, []string{folder + "replicas"}, r.process, seenFor.Microseconds())
	require.NoError(t, err)
	return reply
}

func TestRunEnds(t *testing.T) {
	s := miniredis.RunT(t)
	r := newRates(t, s.Addr())
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.Run(ctx)
	}()
	require.Eventually(t, func() bool { return s.Exists("test:quota:replicas") }, time.Minute, time.Millisecond)
	cancel()
	<-ended
}
