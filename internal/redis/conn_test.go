package redis_test

import (
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/redis"
)

// A connection that ends right after it was used costs a second try, and no operation.
func TestAConnectionThatHasEnded(t *testing.T) {
	proxy := newProxy(t, miniredis.RunT(t).Addr())
	r := open(t, proxy.address, func(o *redis.Options) { o.Timeout = time.Minute })
	eventually(t, r.Up)
	for range 100 {
		_, err := r.Run(t.Context(), set, a, "b")
		require.NoError(t, err)
		proxy.cut()
	}
}
