package metrics_test

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/telemetry/metrics"
	"github.com/liveness-gateway/gateway/internal/telemetry/telemetrytest"
)

// Everything that has a bound is shown beside it, and what there is not is left out.
func TestSaturation(t *testing.T) {
	of := func(held, bound int64) func() (int64, int64) { return func() (int64, int64) { return held, bound } }
	registry := prometheus.NewPedanticRegistry()
	require.NoError(t, registry.Register(&metrics.Saturation{
		Calls: of(1, 2), PhotoBytes: of(3, 4), Keys: of(5, 6), KeyBytes: of(7, 8), LogBytes: of(9, 10),
	}))
	text := telemetrytest.Scrape(t, registry)
	for _, series := range []string{
		"calls_inflight 1", "calls_limit 2", "photo_bytes_inflight 3", "photo_bytes_limit 4", "idempotency_keys 5", "idempotency_keys_limit 6",
		"idempotency_bytes 7", "idempotency_bytes_limit 8", "log_buffer_bytes 9", "log_buffer_bytes_limit 10",
	} {
		require.Contains(t, text, "\nliveness_gateway_"+series+"\n")
	}
	require.NotContains(t, text, "spans_queued")

	problems, err := testutil.GatherAndLint(registry)
	require.NoError(t, err)
	require.Empty(t, problems)
}
