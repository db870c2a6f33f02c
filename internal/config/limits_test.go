package config_test

import (
	"math"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/config"
)

// Photos may by default take half of what Go may use, idempotency keys a quarter.
func TestDefaultLimits(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
	for limit, want := range map[int64]struct{ photos, keys config.Size }{
		math.MaxInt64:       {config.GiB, config.GiB},
		768 << 20:           {384 * config.MiB, 192 * config.MiB},
		2<<30 + 7<<20 + 567: {config.GiB + 3*config.MiB, 513 * config.MiB},
		16 << 30:            {8 * config.GiB, config.GiB},
		40 << 20:            {64 * config.MiB, 16 * config.MiB},
	} {
		debug.SetMemoryLimit(limit)
		c, err := load(t, "testdata/good/minimal.yaml")
		require.NoError(t, err)
		require.Equal(t, 10_000, c.Limits.MaxCalls)
		require.Equal(t, want.photos, c.Limits.MaxPhotoBytes)
		require.Equal(t, config.Idempotency{MaxKeys: 1 << 20, MaxBytes: want.keys}, c.Idempotency)
	}
}

func TestSizeString(t *testing.T) {
	for size, want := range map[config.Size]string{
		64 * config.MiB: "64MiB", 1025 * config.MiB: "1025MiB", 1024 * config.MiB: "1GiB", 1024 * config.GiB: "1024GiB",
	} {
		require.Equal(t, want, size.String())
	}
}
