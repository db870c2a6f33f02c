package metrics_test

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/redis"
	"github.com/liveness-gateway/gateway/internal/telemetry/metrics"
	"github.com/liveness-gateway/gateway/internal/telemetry/telemetrytest"
)

// Each number of the pool has a metric of its own.
func TestRedisPool(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	_, err := metrics.NewRedis(registry, func() bool { return true },
		func() redis.Pool { return redis.Pool{Open: 1, Idle: 2, Limit: 3, Waits: 4, Timeouts: 5} }, []string{redis.Ping})
	require.NoError(t, err)
	text := telemetrytest.Scrape(t, registry)
	for _, series := range []string{
		"redis_up 1", "redis_connections 1", "redis_connections_idle 2", "redis_connections_limit 3",
		"redis_connection_waits_total 4", "redis_connection_wait_timeouts_total 5",
	} {
		require.Contains(t, text, "\nliveness_gateway_"+series+"\n")
	}
	problems, err := testutil.GatherAndLint(registry)
	require.NoError(t, err)
	require.Empty(t, problems)
}
