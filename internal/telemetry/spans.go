package telemetry

import (
	"context"
	"encoding/binary"
	"math/rand/v2"

	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/liveness-gateway/gateway/internal/call"
)

// Spans makes the spans of calls: one of the call, in it one of the plan, which lasts
// until routing is done with the call, and in that one of each attempt. They are made
// when the call has ended, from what is then known of it. So a call that is not sampled
// costs nothing on its way, and no call carries anything that a vendor could be sent.
type Spans struct {
	sampler  sdktrace.Sampler
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
}

// NewSpans returns spans of the calls that the sampler picks. The options say whose
// they are and where they go.
func NewSpans(sampler sdktrace.Sampler, options ...sdktrace.TracerProviderOption) *Spans {
	// The sampler is asked first, because the provider allocates before it asks.
	provider := sdktrace.NewTracerProvider(append(options, sdktrace.WithSampler(sdktrace.AlwaysSample()))...)
	return &Spans{sampler, provider, provider.Tracer("github.com/liveness-gateway/gateway")}
}

// ObserveCall makes the spans of a call that has ended, if it is sampled. It notes the
// trace in the call: the caller's, sampled or not, or a new one that is sampled. Later
// observers see it.
func (s *Spans) ObserveCall(c *call.Call) {
	ctx := propagation.TraceContext{}.Extract(context.Background(), carrier{c})
	parent := trace.SpanContextFromContext(ctx)
	id := parent.TraceID()
	if !parent.IsValid() {
		id = newTraceID()
	}
	sampled := s.sampler.ShouldSample(sdktrace.SamplingParameters{
		ParentContext: ctx, TraceID: id, Name: spanName(c), Kind: trace.SpanKindServer,
	}).Decision == sdktrace.RecordAndSample
	if sampled || parent.IsValid() {
		c.TraceID = id.String()
	}
	if sampled {
		// A parent that has only a trace's id gives it to a span without a parent.
		s.record(trace.ContextWithRemoteSpanContext(ctx, parent.WithTraceID(id)), c)
	}
}

// Shutdown sends the spans that have not been sent, until ctx ends.
func (s *Spans) Shutdown(ctx context.Context) error { return s.provider.Shutdown(ctx) }

func newTraceID() (id trace.TraceID) {
	binary.NativeEndian.PutUint64(id[:8], rand.Uint64())
	binary.NativeEndian.PutUint64(id[8:], rand.Uint64())
	return id
}

// carrier is what a call brings with it, read only: nothing is ever passed on.
type carrier struct{ from *call.Call }

func (c carrier) Get(key string) string { return c.from.Value(key) }

func (carrier) Set(string, string) {}

func (carrier) Keys() []string { return nil }
