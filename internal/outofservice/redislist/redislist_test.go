package redislist_test

import (
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/outofservice"
	"github.com/liveness-gateway/gateway/internal/outofservice/redislist"
	"github.com/liveness-gateway/gateway/internal/redis"
)

func newStore(t *testing.T, s *miniredis.Miniredis) *redislist.Store {
	t.Helper()
	client := redis.Open(redis.Options{
		Addresses: []string{s.Addr()}, Timeout: time.Minute, Prefix: "test:", Log: zap.NewNop(),
		Observe: func(string, time.Duration, redis.Failure) {},
	})
	t.Cleanup(client.Close)
	return redislist.New(client)
}

func TestSwap(t *testing.T) {
	s := miniredis.RunT(t)
	store := newStore(t, s)
	swap := func(before, after string, want bool) {
		t.Helper()
		swapped, err := store.Swap(t.Context(), before, after, time.Minute)
		require.NoError(t, err)
		require.Equal(t, want, swapped)
	}
	load := func(want string) {
		t.Helper()
		text, err := store.Load(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, text)
	}
	load("")
	swap("x", "a", false)
	swap("", "a", true)
	swap("", "b", false)
	swap("a", "b\x00", true)
	load("b\x00")
	swap("b\x00", "", true)
	load("")
	swap("", "c", true)
	s.FastForward(time.Minute)
	load("")
	require.Empty(t, s.Keys(), "what is over is gone")
}

// What is no list of ours may be of any length, and is not fetched.
func TestWhatIsTooLong(t *testing.T) {
	s := miniredis.RunT(t)
	store := newStore(t, s)
	require.NoError(t, s.Set("test:out_of_service", strings.Repeat("x", 1<<20)))
	_, err := store.Load(t.Context())
	require.NoError(t, err)
	require.NoError(t, s.Set("test:out_of_service", strings.Repeat("x", 1<<20+1)))
	_, err = store.Load(t.Context())
	require.Error(t, err)
}

// A list over Redis outlives its replica.
func TestListOutlivesAReplica(t *testing.T) {
	s := miniredis.RunT(t)
	shared, err := outofservice.New(newStore(t, s)).Put(t.Context(), outofservice.Entry{
		Account: "acme-cn", Reason: "maintenance", Until: time.Now().Add(time.Hour),
	})
	require.NoError(t, err)
	require.True(t, shared)
	restarted := outofservice.New(newStore(t, s))
	require.NoError(t, restarted.Sync(t.Context()))
	require.Equal(t, "maintenance", restarted.Reason("acme-cn", "acme.app"))
}
