package telemetry_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/telemetry/spans"
	"github.com/liveness-gateway/gateway/internal/telemetry/telemetrytest"
)

func newSpans(t *testing.T, sampler sdktrace.Sampler) (*spans.Spans, *tracetest.InMemoryExporter) {
	t.Helper()
	exporter := tracetest.NewInMemoryExporter()
	made := spans.New(sdktrace.WithSampler(sampler), sdktrace.WithSyncer(exporter))
	t.Cleanup(func() { require.NoError(t, made.Shutdown(context.Background())) })
	return made, exporter
}

// span is what is compared of a span. Parent is the name of the span above it.
type span struct {
	Name, Parent string
	Kind         trace.SpanKind
	After, Took  time.Duration
	Failed       bool
	Attributes   map[string]any
}

// began is when the calls below began.
var began = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)

// spansOf returns what was exported, the outermost first, and checks that it is one
// trace without events and links.
func spansOf(t *testing.T, exporter *tracetest.InMemoryExporter) []span {
	t.Helper()
	stubs := exporter.GetSpans()
	names := map[trace.SpanID]string{}
	for _, stub := range stubs {
		names[stub.SpanContext.SpanID()] = stub.Name
	}
	var list []span
	for _, stub := range stubs {
		require.Equal(t, stubs[0].SpanContext.TraceID(), stub.SpanContext.TraceID())
		require.Empty(t, stub.Events)
		require.Empty(t, stub.Links)
		require.Empty(t, stub.Status.Description)
		s := span{
			Name: stub.Name, Parent: names[stub.Parent.SpanID()], Kind: stub.SpanKind,
			After: stub.StartTime.Sub(began), Took: stub.EndTime.Sub(stub.StartTime),
			Failed: stub.Status.Code != 0, Attributes: map[string]any{},
		}
		for _, attribute := range stub.Attributes {
			s.Attributes[string(attribute.Key)] = attribute.Value.AsInterface()
		}
		list = append([]span{s}, list...)
	}
	return list
}

// at puts a call, its plan and its attempts one millisecond after the other.
func at(c *call.Call) *call.Call {
	c.Start = began
	c.Outcome.Start, c.Outcome.Duration = began.Add(time.Millisecond), c.Duration-time.Millisecond
	start := c.Outcome.Start
	for i := range c.Outcome.Attempts {
		start = start.Add(time.Millisecond)
		c.Outcome.Attempts[i].Start = start
		start = start.Add(c.Outcome.Attempts[i].Duration)
	}
	return c
}

func TestSpansOfAnIssuedCall(t *testing.T) {
	made, exporter := newSpans(t, sdktrace.AlwaysSample())
	c := at(telemetrytest.IssuedCall())
	c.Idempotency = idempotency.Issued
	c.Outcome.RuledOut = []route.RuledOut{{Target: telemetrytest.Target("acme.page", "acme-cn")}}
	c.Outcome.Unavailable = []route.Unavailable{{Target: telemetrytest.Target("acme.app", "acme-old"), Why: route.OutOfService}}
	made.ObserveCall(c)
	require.Empty(t, cmp.Diff([]span{
		{
			Name: "liveness.v1.LivenessService/IssueLivenessToken", Kind: trace.SpanKindServer, Took: c.Duration,
			Attributes: map[string]any{
				"rpc.system.name": "grpc", "rpc.method": "liveness.v1.LivenessService/IssueLivenessToken", "rpc.response.status_code": "OK",
				"liveness.request_id": "R1", "liveness.caller": "bank", "liveness.flow": "app_sdk", "liveness.reason": "OK", "liveness.idempotency": "issued",
				"liveness.product": "acme.app", "liveness.account": "acme-cn",
			},
		},
		{
			Name: "plan", Parent: "liveness.v1.LivenessService/IssueLivenessToken", Kind: trace.SpanKindInternal,
			After: time.Millisecond, Took: c.Outcome.Duration,
			Attributes: map[string]any{
				"liveness.plan.ruled_out": []string{"acme-cn/acme.page"}, "liveness.plan.unavailable": []string{"acme-old/acme.app out_of_service"},
			},
		},
		{
			Name: "attempt", Parent: "plan", Kind: trace.SpanKindClient, After: 3003 * time.Millisecond, Took: 120 * time.Millisecond,
			Attributes: map[string]any{
				"liveness.provider": "acme", "liveness.product": "acme.app", "liveness.account": "acme-cn", "liveness.region": "cn",
				"liveness.attempt.kind": "failover", "liveness.reason": "OK", "http.response.status_code": int64(200),
			},
		},
		{
			Name: "attempt", Parent: "plan", Kind: trace.SpanKindClient, After: 2 * time.Millisecond, Took: 3 * time.Second, Failed: true,
			Attributes: map[string]any{
				"liveness.provider": "acme", "liveness.product": "acme.app", "liveness.account": "acme-sgp", "liveness.region": "cn",
				"liveness.attempt.kind": "first", "liveness.reason": "VENDOR_TIMEOUT", "error.type": "VENDOR_TIMEOUT",
			},
		},
	}, spansOf(t, exporter)))
}

// A call is a failure in its trace where its caller cannot fix it.
func TestSpansOfFailedCalls(t *testing.T) {
	unknown := &call.Call{Transport: call.GRPC, RequestID: "R6", Err: &providers.Error{Reason: providers.MethodUnknown}}
	for name, c := range map[string]struct {
		call *call.Call
		want span
	}{
		"refused by the vendor": {telemetrytest.RefusedCall(), span{
			Name: "liveness.v1.LivenessService/IssueLivenessToken", Failed: true, Attributes: map[string]any{
				"http.request.method": "POST", "http.route": "/v1/liveness-tokens", "http.response.status_code": int64(502),
				"liveness.request_id": "R2", "liveness.flow": "hosted_page", "liveness.reason": "VENDOR_ERROR_UNRECOGNIZED",
				"error.type": "VENDOR_ERROR_UNRECOGNIZED",
			},
		}},
		"refused by the contract": {telemetrytest.InvalidCall(), span{
			Name: "liveness.v1.LivenessService/IssueLivenessToken", Attributes: map[string]any{
				"http.request.method": "POST", "http.route": "/v1/liveness-tokens", "http.response.status_code": int64(400),
				"liveness.request_id": "R3", "liveness.flow": "none", "liveness.reason": "INVALID_REQUEST",
			},
		}},
		"an unknown method": {unknown, span{Name: "_OTHER", Attributes: map[string]any{
			"rpc.system.name": "grpc", "rpc.method": "_OTHER", "rpc.response.status_code": "UNIMPLEMENTED",
			"liveness.request_id": "R6", "liveness.flow": "none", "liveness.reason": "METHOD_UNKNOWN",
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			made, exporter := newSpans(t, sdktrace.AlwaysSample())
			c.call.Start = began
			c.want.Kind, c.want.Took = trace.SpanKindServer, c.call.Duration
			made.ObserveCall(c.call)
			require.Empty(t, cmp.Diff([]span{c.want}, spansOf(t, exporter)))
		})
	}
}

// What another call tried is in that call's trace.
func TestRepeatedCallsHaveNoPlan(t *testing.T) {
	for _, outcome := range []idempotency.Outcome{idempotency.Replayed, idempotency.Joined} {
		made, exporter := newSpans(t, sdktrace.AlwaysSample())
		c := at(telemetrytest.IssuedCall())
		c.Idempotency = outcome
		made.ObserveCall(c)
		require.Len(t, exporter.GetSpans(), 1)
	}
}

const (
	callersTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	callersSpan  = "00f067aa0ba902b7"
	sampledTrace = "00-" + callersTrace + "-" + callersSpan + "-01"
	otherTrace   = "00-" + callersTrace + "-" + callersSpan + "-00"
)

func TestTraceContext(t *testing.T) {
	never, always := sdktrace.NeverSample(), sdktrace.AlwaysSample()
	for name, c := range map[string]struct {
		sampler sdktrace.Sampler
		headers []string
		// spans is whether there are any, joins whether they are the caller's trace's,
		// logged whether the log names the trace.
		spans, joins, logged bool
	}{
		"none, sampled":            {sdktrace.ParentBased(always), nil, true, false, true},
		"none, not sampled":        {sdktrace.ParentBased(never), nil, false, false, false},
		"sampled by the caller":    {sdktrace.ParentBased(never), []string{"traceparent", sampledTrace}, true, true, true},
		"not sampled":              {sdktrace.ParentBased(always), []string{"traceparent", otherTrace}, false, true, true},
		"sampled whatever it says": {always, []string{"traceparent", otherTrace}, true, true, true},
		"with a state":             {always, []string{"traceparent", sampledTrace, "tracestate", "a=b"}, true, true, true},
		"with too long a state":    {always, []string{"traceparent", sampledTrace, "tracestate", "a=1,b=" + strings.Repeat("2", 250) + ",c=" + strings.Repeat("3", 250) + ",d=" + strings.Repeat("4", 50)}, true, true, true},
		"broken":                   {always, []string{"traceparent", "00-" + callersTrace, "tracestate", "a=b"}, true, false, true},
		"given twice":              {always, []string{"traceparent", sampledTrace + "," + sampledTrace}, true, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			made, exporter := newSpans(t, c.sampler)
			g := start(t, markedOutcome, made.ObserveCall)
			code, answer := g.post(t, tokensPath, `{"flow":"FLOW_APP_SDK"}`, c.headers...)
			require.Equal(t, 200, code, answer)
			message := &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK}
			require.NoError(t, g.invoke(t, issueMethod, message, &livenessv1.IssueLivenessTokenResponse{}, c.headers...))

			traces := map[string]bool{}
			for _, stub := range exporter.GetSpans() {
				traces[stub.SpanContext.TraceID().String()] = true
				require.LessOrEqual(t, len(stub.SpanContext.TraceState().String()), 512)
				require.Equal(t, c.joins && stub.SpanKind == trace.SpanKindServer, stub.Parent.SpanID().String() == callersSpan)
				require.Equal(t, c.joins, stub.SpanContext.TraceID().String() == callersTrace)
			}
			require.Equal(t, c.spans, len(traces) > 0)
			for decoder := json.NewDecoder(g.log); decoder.More(); {
				line := struct {
					Trace string `json:"trace_id"`
				}{}
				require.NoError(t, decoder.Decode(&line))
				require.Equal(t, c.logged, line.Trace != "")
				require.Equal(t, c.spans, traces[line.Trace])
			}
		})
	}
}

func TestATracedCallLeavesNothingPersonal(t *testing.T) {
	refused := telemetrytest.RefusedCall()
	refused.Err.Exchange.Text, refused.Err.Exchange.Code, refused.Err.Exchange.RequestID = "MARKER", "MARKER", "MARKER"
	refused.Outcome.Attempts[0].Exchange = refused.Err.Exchange
	refused.Outcome.Start = began
	for name, issue := range map[string]issuer{
		"issued":  markedOutcome,
		"refused": func(context.Context, *routing.Query) (*routing.Outcome, error) { return &refused.Outcome, refused.Err },
		"a panic": func(context.Context, *routing.Query) (*routing.Outcome, error) { panic("MARKER") },
	} {
		t.Run(name, func(t *testing.T) {
			made, exporter := newSpans(t, sdktrace.AlwaysSample())
			g := start(t, issue, made.ObserveCall)
			g.post(t, tokensPath, marked("login"), "traceparent", sampledTrace, "baggage", "user=MARKER", "X-Request-Id", "MARKER")
			g.post(t, tokensPath, marked("login")+"MARKER")
			g.post(t, "/MARKER?subject=MARKER", marked("login"))
			_ = g.invoke(t, "/MARKER.Service/MARKER", &livenessv1.IssueLivenessTokenRequest{}, &livenessv1.IssueLivenessTokenResponse{})

			require.GreaterOrEqual(t, len(exporter.GetSpans()), 4)
			text, err := json.Marshal(exporter.GetSpans())
			require.NoError(t, err)
			requireUnmarked(t, string(text))
		})
	}
}
