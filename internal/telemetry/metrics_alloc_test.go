package telemetry_test

import (
	"io"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zapcore"

	"github.com/liveness-gateway/gateway/internal/alloctest"
	"github.com/liveness-gateway/gateway/internal/telemetry"
	"github.com/liveness-gateway/gateway/internal/telemetry/accesslog"
	"github.com/liveness-gateway/gateway/internal/telemetry/metrics"
	"github.com/liveness-gateway/gateway/internal/telemetry/telemetrytest"
)

func TestAllocations(t *testing.T) { alloctest.Check(t, pieces(t)) }

func BenchmarkPieces(b *testing.B) { alloctest.Benchmark(b, pieces(b)) }

func pieces(tb testing.TB) map[string]alloctest.Piece {
	tb.Helper()
	m, err := metrics.New(prometheus.NewRegistry(), telemetry.Build{})
	require.NoError(tb, err)
	log := accesslog.New(accesslog.NewLogger(zapcore.AddSync(io.Discard), zapcore.InfoLevel), nil)
	issued, refused := telemetrytest.IssuedCall(), telemetrytest.RefusedCall()
	// A failover is counted from and to names that are put together for it.
	return map[string]alloctest.Piece{
		"metrics of a call":           alloctest.AtMost(2, func() { m.ObserveCall(issued) }),
		"metrics of a failed call":    alloctest.AtMost(0, func() { m.ObserveCall(refused) }),
		"metrics of an attempt":       alloctest.AtMost(0, func() { m.ObserveAttempt(&issued.Outcome.Attempts[1]) }),
		"metrics of a failed attempt": alloctest.AtMost(0, func() { m.ObserveAttempt(&issued.Outcome.Attempts[0]) }),
		"log line of a call":          alloctest.AtMost(1, func() { log(issued) }),
		"log line of a failed call":   alloctest.AtMost(1, func() { log(refused) }),
	}
}
