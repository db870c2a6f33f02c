package gateway

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/telemetry"
)

// flushTime is how long the end may be delayed by spans that were not sent yet.
const flushTime = 2 * time.Second

// newSpans returns the spans that OpenTelemetry's variables ask for, nil if they ask for
// none. The SDK reads the variables that are not read here.
func newSpans(log *zap.Logger, build telemetry.Build) (*telemetry.Spans, error) {
	if on, err := tracingIsOn(); !on {
		return nil, err
	}
	reports := newTracingReports(log)
	otel.SetErrorHandler(reports) // the SDK knows only a global one, and a global logger
	otel.SetLogger(reports.logger())
	sampler, err := newSampler()
	if err != nil {
		return nil, err
	}
	from, err := newResource(build)
	if err != nil {
		return nil, err
	}
	exporter, err := newExporter()
	if err != nil {
		return nil, err
	}
	return telemetry.NewSpans(sampler, sdktrace.WithBatcher(exporter), sdktrace.WithResource(from)), nil
}

func tracingIsOn() (bool, error) {
	switch exporter := variable("OTEL_TRACES_EXPORTER"); {
	case strings.EqualFold(variable("OTEL_SDK_DISABLED"), "true"):
		return false, nil
	case exporter == "":
		return variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT") != "", nil
	case exporter == "otlp", exporter == "none":
		return exporter == "otlp", nil
	default:
		return false, fmt.Errorf("OTEL_TRACES_EXPORTER: %q is none of otlp and none", exporter)
	}
}

func newSampler() (sdktrace.Sampler, error) {
	const parentBased = "parentbased_"
	name := cmp.Or(variable("OTEL_TRACES_SAMPLER"), parentBased+"always_on")
	var sampler sdktrace.Sampler
	switch strings.TrimPrefix(name, parentBased) {
	case "always_on":
		sampler = sdktrace.AlwaysSample()
	case "always_off":
		sampler = sdktrace.NeverSample()
	case "traceidratio":
		ratio, err := strconv.ParseFloat(cmp.Or(variable("OTEL_TRACES_SAMPLER_ARG"), "1"), 64)
		if err != nil || !(0 <= ratio && ratio <= 1) { // it may be NaN
			return nil, errors.New("OTEL_TRACES_SAMPLER_ARG: must be between 0 and 1")
		}
		sampler = sdktrace.TraceIDRatioBased(ratio)
	default:
		return nil, fmt.Errorf("OTEL_TRACES_SAMPLER: %q is none of always_on, always_off and traceidratio, nor of these after %s", name, parentBased)
	}
	if strings.HasPrefix(name, parentBased) {
		sampler = sdktrace.ParentBased(sampler)
	}
	return sampler, nil
}

// newResource says whose the spans are; OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES
// have the last word.
func newResource(build telemetry.Build) (*resource.Resource, error) {
	from, err := resource.New(context.Background(),
		resource.WithTelemetrySDK(),
		resource.WithAttributes(semconv.ServiceName("liveness-gateway"), semconv.ServiceVersion(build.Version)),
		resource.WithFromEnv(),
	)
	if err != nil {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	return from, nil
}

// newExporter returns an exporter that has not connected yet.
func newExporter() (*otlptrace.Exporter, error) {
	switch protocol := variable("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"); protocol {
	case "", "http/protobuf", "http/json":
		return otlptracehttp.New(context.Background())
	case "grpc":
		return otlptracegrpc.New(context.Background())
	default:
		return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_PROTOCOL: %q is none of http/protobuf, http/json and grpc", protocol)
	}
}

// variable returns the first of the variables that is not empty.
func variable(names ...string) string {
	for _, name := range names {
		if value := strings.TrimSpace(os.Getenv(name)); value != "" { //nolint:forbidigo // OpenTelemetry's own settings
			return value
		}
	}
	return ""
}

// observers returns who is told of every call, in order: the spans note the trace that
// the log names.
func (g *Gateway) observers(metrics *telemetry.Metrics) []func(*call.Call) {
	observers := []func(*call.Call){metrics.ObserveCall, telemetry.AccessLog(g.log)}
	if g.spans == nil {
		return observers
	}
	return slices.Insert(observers, 0, g.spans.ObserveCall)
}

// flushSpans sends what has not been sent yet, as long as ctx and flushTime allow.
func (g *Gateway) flushSpans(ctx context.Context) {
	if g.spans == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, flushTime)
	defer cancel()
	if err := g.spans.Shutdown(ctx); err != nil {
		otel.Handle(err)
	}
}
