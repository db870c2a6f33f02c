package redis_test

import (
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/redis"
)

// Who can do without a server that is frozen hardly waits for it, says nothing of it to
// others, and finds out when it answers again.
func TestImpatient(t *testing.T) {
	proxy := newProxy(t, miniredis.RunT(t).Addr())
	r := open(t, proxy.address, func(o *redis.Options) { o.Timeout = time.Minute })
	eventually(t, r.Up)
	i := r.Impatient()
	eventually(t, func() bool { // the machine may be busy
		_, err := i.Run(t.Context(), set, a, "b")
		return err == nil
	})
	proxy.freeze(true)
	_, err := i.Run(t.Context(), set, a, "b")
	requireFailure(t, redis.Timeout, err)
	for range 1000 {
		_, err := i.Run(t.Context(), set, a, "b")
		requireFailure(t, redis.Down, err)
	}
	require.True(t, r.Up())
	proxy.freeze(false)
	eventually(t, func() bool {
		_, err := i.Run(t.Context(), set, a, "b")
		return err == nil
	})
	_, err = i.Run(t.Context(), set, a, "b")
	require.NoError(t, err)
}
