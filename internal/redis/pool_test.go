package redis_test

import (
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/redis"
)

// The connections are shown as they are: idle, and in use up to their bound while Redis is frozen.
func TestPool(t *testing.T) {
	proxy := newProxy(t, miniredis.RunT(t).Addr())
	r := open(t, proxy.address, func(o *redis.Options) { o.Timeout = time.Minute })
	eventually(t, r.Up)
	_, err := r.Run(t.Context(), set, a, "b")
	require.NoError(t, err)
	eventually(t, func() bool { pool := r.Pool(); return pool.Open > 0 && pool.Idle == pool.Open })

	proxy.freeze(true)
	var running sync.WaitGroup
	inUse := func() int { pool := r.Pool(); return pool.Open - pool.Idle }
	for range 1000 {
		running.Go(func() { _, _ = r.Run(t.Context(), set, a, "b") })
		time.Sleep(2 * time.Millisecond) // longer than a batch waits for another
		if inUse() >= r.Pool().Limit-1 {
			break
		}
	}
	require.GreaterOrEqual(t, inUse(), r.Pool().Limit-1, "all that send, beside a ping now and then")
	require.LessOrEqual(t, inUse(), r.Pool().Limit)
	proxy.freeze(false)
	running.Wait()
	eventually(t, func() bool { return inUse() == 0 })
	require.Zero(t, r.Pool().Waits+r.Pool().Timeouts, "they wait for a batch, and not for a connection")
}
