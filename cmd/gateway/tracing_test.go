package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	collectorpb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/telemetry"
)

const digitsAnswer = `{"token_random_number":"tok-1","random_number":"0042"}`

var digitsMessage = &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS}

// digitsVendor answers every call and sends its headers.
func digitsVendor(t *testing.T) (url string, headers <-chan http.Header) {
	t.Helper()
	received := make(chan http.Header, 1000)
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		received <- r.Header
		_, _ = w.Write([]byte(digitsAnswer))
	}))
	t.Cleanup(vendor.Close)
	return vendor.URL, received
}

// collector takes OTLP over HTTP and gRPC.
type collector struct {
	collectorpb.UnimplementedTraceServiceServer
	exports chan *collectorpb.ExportTraceServiceRequest
}

func newCollector() *collector {
	return &collector{exports: make(chan *collectorpb.ExportTraceServiceRequest, 10)}
}

func (c *collector) Export(_ context.Context, request *collectorpb.ExportTraceServiceRequest) (*collectorpb.ExportTraceServiceResponse, error) {
	c.exports <- request
	return &collectorpb.ExportTraceServiceResponse{}, nil
}

func (c *collector) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	request := &collectorpb.ExportTraceServiceRequest{}
	if proto.Unmarshal(body, request) == nil && r.URL.Path == "/v1/traces" {
		c.exports <- request
	}
}

// serveGRPC returns the URL under which the collector takes gRPC.
func (c *collector) serveGRPC(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	grpcServer := grpc.NewServer()
	collectorpb.RegisterTraceServiceServer(grpcServer, c)
	go func() { _ = grpcServer.Serve(listener) }()
	t.Cleanup(grpcServer.Stop)
	return "http://" + listener.Addr().String()
}

func (c *collector) serveHTTP(t *testing.T) string {
	t.Helper()
	httpServer := httptest.NewServer(c)
	t.Cleanup(httpServer.Close)
	return httpServer.URL
}

// What the caller sends of its trace ends in the gateway: spans go to the collector,
// nothing goes to the vendor.
func TestTracedCalls(t *testing.T) {
	for protocol, serve := range map[string]func(*collector, *testing.T) string{
		"http/protobuf": (*collector).serveHTTP,
		"grpc":          (*collector).serveGRPC,
	} {
		t.Run(protocol, func(t *testing.T) {
			sink := newCollector()
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", serve(sink, t))
			t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
			t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")
			vendor, headers := digitsVendor(t)
			var log lockedBuffer
			t.Run("calls", func(t *testing.T) {
				_, client := startGateway(t, vendorConfig, vendor, &log)
				ctx := metadata.AppendToOutgoingContext(t.Context(), "baggage", "user=4711", "tracestate", "a=b",
					"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
				_, err := client.IssueLivenessToken(ctx, digitsMessage)
				require.NoError(t, err)
			}) // ends with the gateway

			resource := (<-sink.exports).GetResourceSpans()[0]
			attributes := map[string]string{}
			for _, attribute := range resource.GetResource().GetAttributes() {
				attributes[attribute.GetKey()] = attribute.GetValue().GetStringValue()
			}
			require.Equal(t, "liveness-gateway", attributes["service.name"])
			require.Equal(t, telemetry.ReadBuild().Version, attributes["service.version"])
			require.Equal(t, "test", attributes["deployment.environment.name"])
			requireCallersTrace(t, resource.GetScopeSpans()[0].GetSpans())

			for name := range <-headers {
				require.NotContains(t, []string{"Traceparent", "Tracestate", "Baggage"}, name)
			}
			require.Contains(t, log.String(), `"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"`)
		})
	}
}

// requireCallersTrace checks that the spans are attempt, plan and call, each in the
// next, and the call in the caller's span.
func requireCallersTrace(t *testing.T, spans []*tracepb.Span) {
	t.Helper()
	require.Len(t, spans, 3)
	for i, name := range []string{"attempt", "plan", "liveness.v1.LivenessService/IssueLivenessToken"} {
		require.Equal(t, name, spans[i].GetName())
		require.Equal(t, "\x4b\xf9\x2f\x35\x77\xb3\x4d\xa6\xa3\xce\x92\x9d\x0e\x0e\x47\x36", string(spans[i].GetTraceId()))
		require.Less(t, spans[i].GetStartTimeUnixNano(), spans[i].GetEndTimeUnixNano())
	}
	require.Equal(t, spans[1].GetSpanId(), spans[0].GetParentSpanId())
	require.Equal(t, spans[2].GetSpanId(), spans[1].GetParentSpanId())
	require.Equal(t, "\x00\xf0\x67\xaa\x0b\xa9\x02\xb7", string(spans[2].GetParentSpanId()))
	require.GreaterOrEqual(t, spans[1].GetStartTimeUnixNano(), spans[2].GetStartTimeUnixNano())
	require.GreaterOrEqual(t, spans[0].GetStartTimeUnixNano(), spans[1].GetStartTimeUnixNano())
}

// Messages compressed with gzip are taken, as the contract says.
func TestGzipIsTaken(t *testing.T) {
	vendor, headers := digitsVendor(t)
	_, client := startGateway(t, vendorConfig, vendor, io.Discard)
	_, err := client.IssueLivenessToken(t.Context(), digitsMessage, grpc.UseCompressor("gzip"))
	require.NoError(t, err)
	require.Len(t, headers, 1)
}

// A collector that hangs, and one that is not there, cost neither calls nor the end.
func TestACollectorThatFailsCostsNothing(t *testing.T) {
	hanging, release := context.WithCancel(context.Background())
	hangs := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hanging.Done() }))
	t.Cleanup(hangs.Close)
	t.Cleanup(release)
	gone := httptest.NewServer(nil)
	gone.Close()
	for name, endpoint := range map[string]string{"hangs": hangs.URL, "gone": gone.URL} {
		for _, protocol := range []string{"http/protobuf", "grpc"} {
			t.Run(name+" "+protocol, func(t *testing.T) {
				t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
				t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
				t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "120000") // the grace ends an export long before
				t.Setenv("OTEL_BSP_EXPORT_TIMEOUT", "120000")
				t.Setenv("OTEL_BSP_MAX_QUEUE_SIZE", "2")
				t.Setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "1")
				vendor, headers := digitsVendor(t)
				var log lockedBuffer
				var ending time.Time
				t.Run("calls", func(t *testing.T) {
					_, client := startGateway(t, vendorConfig, vendor, &log)
					for range 50 {
						_, err := client.IssueLivenessToken(t.Context(), digitsMessage)
						require.NoError(t, err)
					}
					ending = time.Now()
				})
				require.Less(t, time.Since(ending), time.Minute, "the grace is half a second")
				require.Len(t, headers, 50)
				require.Equal(t, 1, strings.Count(log.String(), "spans were not sent"), "%s", log.String())
			})
		}
	}
}
