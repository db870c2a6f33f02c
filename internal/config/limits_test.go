package config_test

import (
	"math"
	"runtime/debug"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/config/format"
)

// Photos may by default take half of what Go may use, idempotency keys a quarter.
func TestDefaultLimits(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
	for limit, want := range map[int64]struct{ photos, keys format.Size }{
		math.MaxInt64:       {format.GiB, format.GiB},
		768 << 20:           {384 * format.MiB, 192 * format.MiB},
		2<<30 + 7<<20 + 567: {format.GiB + 3*format.MiB, 513 * format.MiB},
		16 << 30:            {8 * format.GiB, format.GiB},
		40 << 20:            {64 * format.MiB, 16 * format.MiB},
	} {
		debug.SetMemoryLimit(limit)
		c, err := load(t, "testdata/good/minimal.yaml")
		require.NoError(t, err)
		require.Equal(t, 10_000, c.Limits.MaxCalls)
		require.Equal(t, want.photos, c.Limits.MaxPhotoBytes)
		require.Equal(t, config.Idempotency{MaxKeys: 1 << 20, MaxBytes: want.keys, ReplayMargin: 10 * time.Second, ReplayTime: time.Hour}, c.Idempotency)
	}
}
