package tracing

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/telemetry"
	"github.com/liveness-gateway/gateway/internal/telemetry/accesslog"
)

func TestTracingSettings(t *testing.T) {
	const endpoint = "http://127.0.0.1:1"
	for name, c := range map[string]struct {
		variables []string
		on        bool
		err       string
	}{
		"nothing":            {nil, false, ""},
		"an endpoint":        {[]string{"OTEL_EXPORTER_OTLP_ENDPOINT", endpoint}, true, ""},
		"one for traces":     {[]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", endpoint}, true, ""},
		"one for metrics":    {[]string{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", endpoint}, false, ""},
		"an empty one":       {[]string{"OTEL_EXPORTER_OTLP_ENDPOINT", ""}, false, ""},
		"the default's":      {[]string{"OTEL_TRACES_EXPORTER", "otlp"}, true, ""},
		"no exporter":        {[]string{"OTEL_EXPORTER_OTLP_ENDPOINT", endpoint, "OTEL_TRACES_EXPORTER", "none"}, false, ""},
		"disabled":           {[]string{"OTEL_EXPORTER_OTLP_ENDPOINT", endpoint, "OTEL_SDK_DISABLED", "True"}, false, ""},
		"another exporter":   {[]string{"OTEL_TRACES_EXPORTER", "zipkin"}, false, "OTEL_TRACES_EXPORTER"},
		"another protocol":   {[]string{"OTEL_TRACES_EXPORTER", "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL", "thrift"}, false, "OTEL_EXPORTER_OTLP_"},
		"standard output":    {[]string{"OTEL_TRACES_EXPORTER", "console"}, true, ""},
		"not an attribute":   {[]string{"OTEL_TRACES_EXPORTER", "otlp", "OTEL_RESOURCE_ATTRIBUTES", "a"}, false, "OTEL_RESOURCE_ATTRIBUTES"},
		"a sampler disabled": {[]string{"OTEL_SDK_DISABLED", "true", "OTEL_TRACES_SAMPLER", "xray"}, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			setVariables(t, c.variables)
			spans, _, err := New(zap.NewNop(), telemetry.Build{})
			require.Equal(t, c.on, spans != nil)
			if c.err != "" {
				require.ErrorContains(t, err, c.err)
				return
			}
			require.NoError(t, err)
			if spans != nil {
				require.NoError(t, spans.Shutdown(t.Context()))
			}
		})
	}
}

func setVariables(t *testing.T, namesAndValues []string) {
	t.Helper()
	for i := 0; i < len(namesAndValues); i += 2 {
		t.Setenv(namesAndValues[i], namesAndValues[i+1])
	}
}

// The SDK reads the sampler; what it cannot use is reported, and all calls are sampled.
func TestSamplerOfTheVariables(t *testing.T) {
	for name, c := range map[string]struct {
		sampler, ratio string
		sampled        bool
		report         string
	}{
		"none":               {"", "", true, ""},
		"always":             {"always_on", "", true, ""},
		"never":              {"always_off", "", false, ""},
		"no call in all":     {"parentbased_traceidratio", "0", false, ""},
		"another sampler":    {"xray", "", true, "unsupported sampler: xray"},
		"no ratio":           {"traceidratio", "1 %", true, "parsing sampler argument"},
		"a ratio above 1":    {"traceidratio", "1.1", true, "greater than 1.0"},
		"a ratio below zero": {"parentbased_traceidratio", "-1", true, "less than 0.0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
			t.Setenv("OTEL_TRACES_SAMPLER", c.sampler)
			t.Setenv("OTEL_TRACES_SAMPLER_ARG", c.ratio)
			var log bytes.Buffer
			spans, _, err := New(accesslog.NewLogger(zapcore.AddSync(&log), zap.InfoLevel), telemetry.Build{})
			require.NoError(t, err)
			if c.report == "" {
				require.Empty(t, log.String())
			} else {
				require.Contains(t, log.String(), badVariable)
				require.Contains(t, log.String(), c.report)
			}
			call := &call.Call{Transport: call.GRPC}
			spans.ObserveCall(call)
			require.Equal(t, c.sampled, call.TraceID != "")
			ended, end := context.WithCancel(t.Context())
			end() // nobody is at the endpoint
			_ = spans.Shutdown(ended)
		})
	}
}

// A queue that cannot be is reported, and the standard's is there.
func TestQueueOfTheVariables(t *testing.T) {
	const size, batch, delay = "OTEL_BSP_MAX_QUEUE_SIZE", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "OTEL_BSP_SCHEDULE_DELAY"
	for name, c := range map[string]struct {
		variables []string
		bound     int64
		wrong     string
	}{
		"none":                       {nil, 2048, ""},
		"a size":                     {[]string{size, "100"}, 100, ""},
		"all":                        {[]string{size, "4096", batch, "4096", delay, "100"}, 4096, ""},
		"no number":                  {[]string{size, "many"}, 2048, size},
		"nothing":                    {[]string{size, "0"}, 2048, size},
		"less than nothing":          {[]string{size, "-5"}, 2048, size},
		"more than there is":         {[]string{size, "99999999999999"}, 2048, size},
		"batches of less":            {[]string{batch, "-1"}, 2048, batch},
		"batches larger than it all": {[]string{size, "10", batch, "11"}, 10, batch},
		"sent all the time":          {[]string{delay, "0"}, 2048, delay},
		"sent before":                {[]string{delay, "-1"}, 2048, delay},
		"sent after centuries":       {[]string{delay, "9223372036854775807"}, 2048, delay},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
			setVariables(t, c.variables)
			var log bytes.Buffer
			spans, queue, err := New(accesslog.NewLogger(zapcore.AddSync(&log), zap.InfoLevel), telemetry.Build{})
			require.NoError(t, err)
			_, bound := queue.Waiting()
			require.Equal(t, c.bound, bound)
			if c.wrong == "" {
				require.Empty(t, log.String())
			} else {
				require.Contains(t, log.String(), badVariable)
				require.Contains(t, log.String(), c.wrong+" must be")
			}
			require.NoError(t, spans.Shutdown(t.Context()))
		})
	}
}

// The headers of OTEL_EXPORTER_OTLP_HEADERS are secrets.
func TestTracingReportsHoldNoValues(t *testing.T) {
	var log bytes.Buffer
	t.Setenv("OTEL_TRACES_EXPORTER", "otlp")
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%ZZsecret-5127,other secret-5127=1,secret-5127")
	spans, _, err := New(accesslog.NewLogger(zapcore.AddSync(&log), zap.InfoLevel), telemetry.Build{})
	require.NoError(t, err)
	require.NoError(t, spans.Shutdown(t.Context()))
	require.Contains(t, log.String(), badVariable)
	require.NotContains(t, log.String(), "secret-5127")
}

// A collector may answer anything, and every few seconds.
func TestTracingReportsAreBounded(t *testing.T) {
	var log bytes.Buffer
	reports := newReports(accesslog.NewLogger(zapcore.AddSync(&log), zap.InfoLevel))
	for range 3 {
		reports.Handle(errors.New(strings.Repeat("é", 4096)))
	}
	require.Equal(t, 1, strings.Count(log.String(), "\n"))
	require.Less(t, log.Len(), 2*maxReport)
	require.True(t, utf8.Valid(log.Bytes()))
}
