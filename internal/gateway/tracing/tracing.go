// Package tracing makes the spans that OpenTelemetry's variables ask for, and logs what its
// libraries have to say. It must not know what a configuration holds, nor listeners.
package tracing

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/contrib/exporters/autoexport"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/telemetry"
	"github.com/liveness-gateway/gateway/internal/telemetry/spans"
)

// flushTime bounds how long unsent spans may delay the end.
const flushTime = 2 * time.Second

// maxQueueSize is how many spans may wait at most: room is made for all of them at the start.
const maxQueueSize = 1 << 20

// maxScheduleDelay is for how many milliseconds they may wait: an hour.
const maxScheduleDelay = 60 * 60 * 1000

// New returns the spans that OpenTelemetry's variables ask for, nil if they ask for none. Variables that
// are not read here are read by its libraries.
func New(log *zap.Logger, build telemetry.Build) (*spans.Spans, *spans.Queue, error) {
	if !tracingIsConfigured() {
		return nil, nil, nil
	}
	toLog := newReports(log)
	// The SDK has only a global handler and a global logger. What it reports while spans are set up is
	// about its variables, later about the collector.
	otel.SetErrorHandler(settingReports(toLog))
	otel.SetLogger(logr.New(settingReports(toLog)))
	exporter, err := autoexport.NewSpanExporter(context.Background())
	if err != nil {
		return nil, nil, fmt.Errorf("OTEL_TRACES_EXPORTER, OTEL_EXPORTER_OTLP_…: %w", err)
	}
	if autoexport.IsNoneSpanExporter(exporter) {
		return nil, nil, nil
	}
	from, err := newResource(build)
	if err != nil {
		return nil, nil, err
	}
	most := number(toLog.log, "OTEL_BSP_MAX_QUEUE_SIZE", sdktrace.DefaultMaxQueueSize, maxQueueSize)
	batch := number(toLog.log, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", min(sdktrace.DefaultMaxExportBatchSize, most), most)
	delay := number(toLog.log, "OTEL_BSP_SCHEDULE_DELAY", sdktrace.DefaultScheduleDelay, maxScheduleDelay)
	queue := spans.NewQueue(exporter, most, sdktrace.WithMaxExportBatchSize(batch), sdktrace.WithBatchTimeout(time.Duration(delay)*time.Millisecond))
	made := spans.New(sdktrace.WithSpanProcessor(queue), sdktrace.WithResource(from))
	otel.SetErrorHandler(toLog)
	return made, queue, nil
}

// number returns what a variable says, otherwise the standard's if that is none from 1 to most. The SDK
// would make room for any number, which ends the process, and without a delay it never rests.
func number(log *zap.Logger, name string, standard, most int) int {
	text := variable(name)
	n, err := strconv.Atoi(text)
	switch {
	case text == "":
		return standard
	case err != nil || n < 1 || n > most:
		warn(log, badVariable, fmt.Sprintf("%s must be a whole number from 1 to %d", name, most))
		return standard
	default:
		return n
	}
}

// tracingIsConfigured reports whether any variable asks for spans. Otherwise the exporter would send them to
// a collector on localhost.
func tracingIsConfigured() bool {
	if strings.EqualFold(variable("OTEL_SDK_DISABLED"), "true") { // the SDK does not read it
		return false
	}
	return variable("OTEL_TRACES_EXPORTER", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT") != ""
}

// newResource says whose the spans are. OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES are read last, so
// that they win; the SDK by itself would read them first.
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

// variable returns the first of the variables that is not empty.
func variable(names ...string) string {
	for _, name := range names {
		if value := strings.TrimSpace(os.Getenv(name)); value != "" { //nolint:forbidigo // OpenTelemetry's own settings
			return value
		}
	}
	return ""
}

// Flush sends the spans that have not been sent yet, until ctx ends and for 2 s at most. made may be nil.
func Flush(ctx context.Context, made *spans.Spans) {
	if made == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, flushTime)
	defer cancel()
	if err := made.Shutdown(ctx); err != nil {
		otel.Handle(err)
	}
}
