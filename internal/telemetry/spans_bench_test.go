package telemetry_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"google.golang.org/grpc/metadata"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/telemetry"
)

// endedCall is a call that came with the traceparent.
func endedCall(tb testing.TB, traceparent string) *server.Call {
	tb.Helper()
	keeper, err := idempotency.NewKeeper(idempotency.NewMemory(1, 1<<10), []byte("a secret"))
	require.NoError(tb, err)
	service := server.NewService(issuer(markedOutcome), keeper)
	ctx := metadata.NewIncomingContext(context.Background(), metadata.Pairs(
		":authority", "gateway", "content-type", "application/grpc", "user-agent", "grpc-go",
	))
	if traceparent != "" {
		ctx = metadata.NewIncomingContext(ctx, metadata.Pairs("traceparent", traceparent))
	}
	call := service.Issue(ctx, &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK})
	require.Nil(tb, call.Err)
	return call
}

// dropping makes spans that go nowhere.
func dropping(sampler sdktrace.Sampler) *telemetry.Spans {
	return telemetry.NewSpans(sdktrace.WithSampler(sampler), sdktrace.WithSyncer(tracetest.NewNoopExporter()))
}

func TestAllocationsOfACallThatIsNotSampled(t *testing.T) {
	spans, call := dropping(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(0))), endedCall(t, "")
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { spans.ObserveCall(call) }), 5.0) // all the SDK's
	require.Empty(t, call.TraceID)

	// Reading the caller's trace takes four more: two in metadata and header, one for the
	// context, one for the log.
	call = endedCall(t, otherTrace)
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { spans.ObserveCall(call) }), 9.0)
	require.Equal(t, callersTrace, call.TraceID)
}

func BenchmarkSpans(b *testing.B) {
	never, always := sdktrace.TraceIDRatioBased(0), sdktrace.AlwaysSample()
	for _, c := range []struct {
		name        string
		sampler     sdktrace.Sampler
		traceparent string
	}{
		{"not sampled", sdktrace.ParentBased(never), ""},
		{"not sampled by the caller", sdktrace.ParentBased(always), otherTrace},
		{"sampled", sdktrace.ParentBased(always), ""},
	} {
		b.Run(c.name, func(b *testing.B) {
			spans, call := dropping(c.sampler), endedCall(b, c.traceparent)
			b.ReportAllocs()
			for b.Loop() {
				spans.ObserveCall(call)
			}
		})
	}
}
