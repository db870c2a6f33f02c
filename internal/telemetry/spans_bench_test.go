package telemetry_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/service"
	"github.com/liveness-gateway/gateway/internal/telemetry/spans"
)

// endedCall is a call that came with the traceparent.
func endedCall(tb testing.TB, traceparent string) *call.Call {
	tb.Helper()
	keeper, err := idempotency.NewKeeper(idempotency.NewMemory(1, 1<<10), []byte("a secret"))
	require.NoError(tb, err)
	d := server.NewDispatcher(&admission.Controller{}, nil)
	livenessv1.RegisterLivenessServiceServer(d, service.New(issuer(markedOutcome), keeper))
	c := d.Issue(tb.Context(), &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK})
	require.Nil(tb, c.Err)
	c.Metadata = sent{"traceparent": traceparent}
	return c
}

// sent is what a caller sent beside its message.
type sent map[string]string

func (s sent) Values(name string) []string {
	if s[name] == "" {
		return nil
	}
	return []string{s[name]}
}

// dropping makes spans that go nowhere.
func dropping(sampler sdktrace.Sampler) *spans.Spans {
	return spans.New(sdktrace.WithSampler(sampler), sdktrace.WithSyncer(tracetest.NewNoopExporter()))
}

func TestAllocationsOfACallThatIsNotSampled(t *testing.T) {
	made, c := dropping(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(0))), endedCall(t, "")
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { made.ObserveCall(c) }), 5.0) // all the SDK's
	require.Empty(t, c.TraceID)

	// Reading the caller's trace takes four more: two in metadata and header, one for the
	// context, one for the log.
	c = endedCall(t, otherTrace)
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { made.ObserveCall(c) }), 9.0)
	require.Equal(t, callersTrace, c.TraceID)
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
			made, c := dropping(c.sampler), endedCall(b, c.traceparent)
			b.ReportAllocs()
			for b.Loop() {
				made.ObserveCall(c)
			}
		})
	}
}
