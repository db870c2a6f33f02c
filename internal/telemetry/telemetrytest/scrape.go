package telemetrytest

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/telemetry"
	"github.com/liveness-gateway/gateway/internal/telemetry/metrics"
)

// NewMetrics returns metrics, and the registry that they are registered with.
func NewMetrics(tb testing.TB) (*metrics.Metrics, *prometheus.Registry) {
	tb.Helper()
	registry := prometheus.NewPedanticRegistry()
	m, err := metrics.New(registry, telemetry.Build{Version: "v1.2.3", Commit: "c0ffee", GoVersion: "go1.26"})
	require.NoError(tb, err)
	return m, registry
}

// Scrape returns what a scrape shows as text.
func Scrape(tb testing.TB, registry *prometheus.Registry) string {
	tb.Helper()
	w := httptest.NewRecorder()
	request := httptest.NewRequestWithContext(tb.Context(), http.MethodGet, "/metrics", http.NoBody)
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(w, request)
	require.Equal(tb, http.StatusOK, w.Code)
	return w.Body.String()
}
