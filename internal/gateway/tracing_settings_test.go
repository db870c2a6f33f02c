package gateway

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/liveness-gateway/gateway/internal/telemetry"
)

func TestTracingSettings(t *testing.T) {
	const endpoint = "http://127.0.0.1:1"
	for name, c := range map[string]struct {
		variables []string
		on        bool
		err       string
	}{
		"nothing":                   {nil, false, ""},
		"an endpoint":               {[]string{"OTEL_EXPORTER_OTLP_ENDPOINT", endpoint}, true, ""},
		"one for traces":            {[]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", endpoint}, true, ""},
		"one for metrics":           {[]string{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", endpoint}, false, ""},
		"an empty one":              {[]string{"OTEL_EXPORTER_OTLP_ENDPOINT", ""}, false, ""},
		"the default's":             {[]string{"OTEL_TRACES_EXPORTER", "otlp"}, true, ""},
		"no exporter":               {[]string{"OTEL_EXPORTER_OTLP_ENDPOINT", endpoint, "OTEL_TRACES_EXPORTER", "none"}, false, ""},
		"disabled":                  {[]string{"OTEL_EXPORTER_OTLP_ENDPOINT", endpoint, "OTEL_SDK_DISABLED", "True"}, false, ""},
		"another exporter":          {[]string{"OTEL_TRACES_EXPORTER", "zipkin"}, false, "OTEL_TRACES_EXPORTER"},
		"JSON":                      {[]string{"OTEL_TRACES_EXPORTER", "otlp", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json"}, true, ""},
		"another protocol":          {[]string{"OTEL_TRACES_EXPORTER", "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL", "thrift"}, false, "OTEL_EXPORTER_OTLP_PROTOCOL"},
		"another sampler":           {[]string{"OTEL_TRACES_EXPORTER", "otlp", "OTEL_TRACES_SAMPLER", "xray"}, false, "OTEL_TRACES_SAMPLER"},
		"no ratio":                  {[]string{"OTEL_TRACES_EXPORTER", "otlp", "OTEL_TRACES_SAMPLER", "traceidratio", "OTEL_TRACES_SAMPLER_ARG", "1 %"}, false, "OTEL_TRACES_SAMPLER_ARG"},
		"a ratio that is no number": {[]string{"OTEL_TRACES_EXPORTER", "otlp", "OTEL_TRACES_SAMPLER", "traceidratio", "OTEL_TRACES_SAMPLER_ARG", "NaN"}, false, "OTEL_TRACES_SAMPLER_ARG"},
		"a ratio above 1":           {[]string{"OTEL_TRACES_EXPORTER", "otlp", "OTEL_TRACES_SAMPLER", "traceidratio", "OTEL_TRACES_SAMPLER_ARG", "1.1"}, false, "OTEL_TRACES_SAMPLER_ARG"},
		"not an attribute":          {[]string{"OTEL_TRACES_EXPORTER", "otlp", "OTEL_RESOURCE_ATTRIBUTES", "a"}, false, "OTEL_RESOURCE_ATTRIBUTES"},
		"a sampler disabled":        {[]string{"OTEL_SDK_DISABLED", "true", "OTEL_TRACES_SAMPLER", "xray"}, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			setVariables(t, c.variables)
			spans, err := newSpans(zap.NewNop(), telemetry.Build{})
			require.Equal(t, c.on, spans != nil)
			if c.err != "" {
				require.ErrorContains(t, err, c.err+": ")
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

func TestSamplers(t *testing.T) {
	for _, c := range []struct{ name, ratio, want string }{
		{"", "", "ParentBased{root:AlwaysOnSampler"},
		{"", "0.5", "ParentBased{root:AlwaysOnSampler"},
		{"always_on", "", "AlwaysOnSampler"},
		{"always_off", "", "AlwaysOffSampler"},
		{"traceidratio", "", "TraceIDRatioBased{1}"},
		{"traceidratio", "0.25", "TraceIDRatioBased{0.25}"},
		{"parentbased_always_on", "", "ParentBased{root:AlwaysOnSampler"},
		{"parentbased_always_off", "", "ParentBased{root:AlwaysOffSampler"},
		{"parentbased_traceidratio", "0.01", "ParentBased{root:TraceIDRatioBased{0.01}"},
	} {
		t.Setenv("OTEL_TRACES_SAMPLER", c.name)
		t.Setenv("OTEL_TRACES_SAMPLER_ARG", c.ratio)
		sampler, err := newSampler()
		require.NoError(t, err)
		require.Contains(t, sampler.Description(), c.want)
		require.Equal(t, strings.HasPrefix(c.want, "ParentBased"), strings.HasPrefix(sampler.Description(), "ParentBased"))
	}
}

// The headers of OTEL_EXPORTER_OTLP_HEADERS are secrets.
func TestTracingReportsHoldNoValues(t *testing.T) {
	var log bytes.Buffer
	t.Setenv("OTEL_TRACES_EXPORTER", "otlp")
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%ZZsecret-5127,other secret-5127=1,secret-5127")
	spans, err := newSpans(telemetry.NewLogger(zapcore.AddSync(&log), zap.InfoLevel), telemetry.Build{})
	require.NoError(t, err)
	require.NoError(t, spans.Shutdown(t.Context()))
	require.Contains(t, log.String(), "an OTEL_ variable cannot be used")
	require.NotContains(t, log.String(), "secret-5127")
}

// A collector may answer anything, and every few seconds.
func TestTracingReportsAreBounded(t *testing.T) {
	var log bytes.Buffer
	reports := newTracingReports(telemetry.NewLogger(zapcore.AddSync(&log), zap.InfoLevel))
	for range 3 {
		reports.Handle(errors.New(strings.Repeat("é", 4096)))
	}
	require.Equal(t, 1, strings.Count(log.String(), "\n"))
	require.Less(t, log.Len(), 2*maxReport)
	require.True(t, utf8.Valid(log.Bytes()))
}
