package telemetry_test

import (
	"io"
	"net/netip"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zapcore"

	"github.com/liveness-gateway/gateway/internal/alloctest"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/routing/route"
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
	issued, failedOver, refused := telemetrytest.IssuedCall(), telemetrytest.IssuedCall(), telemetrytest.RefusedCall()
	issued.Peer, issued.Outcome.Attempts = netip.MustParseAddrPort("192.0.2.7:4711"), issued.Outcome.Attempts[1:]
	attempt, failed := &issued.Outcome.Attempts[0], &failedOver.Outcome.Attempts[0]
	attempt.Kind = routing.First
	m.Use([]route.Route{{Flow: issued.Flow, Targets: []route.Target{*attempt.Target, *failed.Target}}}, []string{issued.CallerName()})
	// A failover is counted from and to names that are put together for it.
	return map[string]alloctest.Piece{
		"metrics of a call":           alloctest.AtMost(0, func() { m.ObserveCall(issued) }),
		"metrics of a failover":       alloctest.AtMost(2, func() { m.ObserveCall(failedOver) }),
		"metrics of a failed call":    alloctest.AtMost(0, func() { m.ObserveCall(refused) }),
		"metrics of an attempt":       alloctest.AtMost(0, func() { m.ObserveAttempt(attempt) }),
		"metrics of a failed attempt": alloctest.AtMost(0, func() { m.ObserveAttempt(failed) }),
		"log line of a call":          alloctest.AtMost(0, func() { log(issued) }),
		"log line of a failed call":   alloctest.AtMost(0, func() { log(refused) }),
	}
}
