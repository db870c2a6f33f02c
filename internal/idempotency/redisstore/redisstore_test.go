package redisstore_test

import (
	"context"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/idempotency/redisstore"
	"github.com/liveness-gateway/gateway/internal/idempotency/storetest"
	"github.com/liveness-gateway/gateway/internal/redis"
	"github.com/liveness-gateway/gateway/internal/redis/redistest"
)

func newStore(t *testing.T, s *miniredis.Miniredis) *redisstore.Store {
	t.Helper()
	client := redis.Open(redis.Options{
		Addresses: []string{s.Addr()}, Timeout: time.Minute, Prefix: "test:", Log: zap.NewNop(),
		Observe: func(string, time.Duration, redis.Failure) {},
	})
	t.Cleanup(client.Close)
	return redisstore.New(client)
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T, test func(*testing.T, storetest.Rig)) {
		t.Helper()
		s := redistest.Run(t)
		test(t, storetest.Rig{Store: newStore(t, s), Sleep: s.FastForward})
	})
}

// What is in Redis is a name that tells nothing, and a record that ends.
func TestWhatIsInRedis(t *testing.T) {
	s := redistest.Run(t)
	store := newStore(t, s)
	name := idempotency.Digest{1, 2, 3}
	lease := idempotency.Record{Message: idempotency.Digest{4}, Form: 0x0102, Owner: "owner"}
	_, err := store.Lease(t.Context(), name, lease, time.Minute)
	require.NoError(t, err)
	key := "test:idempotency:" + base64.RawURLEncoding.EncodeToString(name[:])
	require.Equal(t, []string{key}, s.Keys())
	header := string(lease.Message[:])
	s.CheckGet(t, key, "\x01L\x01\x02"+header+"owner")
	require.Equal(t, time.Minute, s.TTL(key))
	_, err = store.Complete(t.Context(), name, lease, []byte("sealed"), time.Hour)
	require.NoError(t, err)
	s.CheckGet(t, key, "\x01A\x01\x02"+header+"sealed")
	require.Equal(t, time.Hour, s.TTL(key))
}

// A record that nobody here has written is no answer, and is left alone.
func TestBrokenRecords(t *testing.T) {
	s := redistest.Run(t)
	store := newStore(t, s)
	_, err := store.Lease(t.Context(), idempotency.Digest{}, idempotency.Record{Owner: "a"}, time.Minute)
	require.NoError(t, err)
	key := s.Keys()[0]
	valid, err := s.Get(key)
	require.NoError(t, err)
	long := "\x01A" + strings.Repeat("x", 1<<20)
	for _, broken := range []string{"", "\x01L", "\x02" + valid[1:], "\x01X" + valid[2:], strings.Repeat("\x00", 100), long} {
		require.NoError(t, s.Set(key, broken))
		_, err := store.Lease(t.Context(), idempotency.Digest{}, idempotency.Record{Owner: "b"}, time.Minute)
		require.Error(t, err)
		s.CheckGet(t, key, broken)
	}
}

// Two replicas over one Redis answer a key once.
func TestTwoReplicas(t *testing.T) {
	s := redistest.Run(t)
	var keepers []*idempotency.Keeper
	for range 2 {
		keeper, err := idempotency.NewKeeper(idempotency.NewReplica(idempotency.NewMemory(10, 1<<20), newStore(t, s)), make([]byte, 32))
		require.NoError(t, err)
		keepers = append(keepers, keeper)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	call := idempotency.Call{Caller: "caller", Key: "key", Message: []idempotency.Part{{[]byte("Zhang San")}}}
	for i, want := range []idempotency.Outcome{idempotency.Issued, idempotency.Replayed, idempotency.Replayed} {
		call.Run = func(context.Context) (idempotency.Answer, error) {
			return idempotency.Answer{Content: []byte("token"), Expires: time.Now().Add(time.Hour)}, nil
		}
		result, err := keepers[i%2].Do(ctx, call)
		require.NoError(t, err)
		require.Equal(t, idempotency.Result{Answer: []byte("token"), Outcome: want}, result)
	}
	for _, key := range s.Keys() {
		value, err := s.Get(key)
		require.NoError(t, err)
		for _, secret := range []string{"caller", "key", "Zhang", "token"} {
			require.NotContains(t, strings.TrimPrefix(key, "test:idempotency:")+value, secret)
		}
	}
}
