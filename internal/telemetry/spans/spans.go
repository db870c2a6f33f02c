// Package spans makes the spans of calls that have ended, for a collector of traces. It must not
// know how calls are served, nor where the spans go.
package spans

import (
	"context"

	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/liveness-gateway/gateway/internal/call"
)

// Spans makes the spans of calls: one of the call, in it one of the plan, which lasts
// until routing is done with the call, and in that one of each attempt. They are made
// when the call has ended, from what is then known of it, so that no call carries
// anything that a vendor could be sent.
type Spans struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
}

// New returns spans of the calls that the options' sampler picks, or without one the sampler of
// OTEL_TRACES_SAMPLER, which the SDK reads. The options also say whose the spans are and where they
// go.
func New(options ...sdktrace.TracerProviderOption) *Spans {
	provider := sdktrace.NewTracerProvider(options...)
	return &Spans{provider, provider.Tracer("github.com/liveness-gateway/gateway")}
}

// ObserveCall makes the spans of a call that has ended, if it is sampled. It notes the
// trace in the call: the caller's, sampled or not, or a new one that is sampled. Later
// observers see it.
func (s *Spans) ObserveCall(c *call.Call) {
	ctx := propagation.TraceContext{}.Extract(context.Background(), carrier{c})
	fromCaller := trace.SpanContextFromContext(ctx).IsValid()
	ctx, span := s.start(ctx, spanName(c), trace.SpanKindServer, c.Start)
	if fromCaller || span.IsRecording() {
		c.TraceID = span.SpanContext().TraceID().String()
	}
	if span.IsRecording() {
		s.record(ctx, span, c)
	}
}

// NoteTrace notes the trace that a call comes with, for a gateway that makes no spans.
func NoteTrace(c *call.Call) {
	if c.Value("traceparent") == "" {
		return
	}
	ctx := propagation.TraceContext{}.Extract(context.Background(), carrier{c})
	if parent := trace.SpanContextFromContext(ctx); parent.IsValid() {
		c.TraceID = parent.TraceID().String()
	}
}

// Shutdown sends the spans that have not been sent, until ctx ends.
func (s *Spans) Shutdown(ctx context.Context) error { return s.provider.Shutdown(ctx) }

// carrier is a call's metadata, which is only read: nothing is ever passed on.
type carrier struct{ from *call.Call }

// maxStateBytes is as much of a tracestate as everybody has to pass on (W3C Trace Context,
// section 3.3.1.5). A longer one is dropped whole, which the specification allows: it would
// be kept with every span.
const maxStateBytes = 512

func (c carrier) Get(key string) string {
	value := c.from.Value(key)
	if key == "tracestate" && len(value) > maxStateBytes {
		return ""
	}
	return value
}

func (carrier) Set(string, string) {}

func (carrier) Keys() []string { return nil }
