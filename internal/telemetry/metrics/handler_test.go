package metrics_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/telemetry/metrics"
	"github.com/liveness-gateway/gateway/internal/telemetry/telemetrytest"
)

const traceID = "4bf92f3577b34da6a3ce929d0e0e4736"

// tracedCalls is a call that succeeded and one that failed, so many times within one second,
// and one of a caller's mistakes.
func tracedCalls(times int) []*call.Call {
	var calls []*call.Call
	for range times {
		for _, c := range []*call.Call{telemetrytest.IssuedCall(), telemetrytest.RefusedCall(), telemetrytest.InvalidCall()} {
			c.TraceID, c.Start = traceID, time.Unix(1_700_000_000, 0).Add(-c.Duration)
			calls = append(calls, c)
		}
	}
	return calls
}

func scrapeAs(t *testing.T, accept string, calls []*call.Call) *httptest.ResponseRecorder {
	t.Helper()
	m, registry := telemetrytest.NewMetrics(t)
	for _, c := range calls {
		m.ObserveCall(c)
	}
	w, request := httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody)
	request.Header.Set("Accept", accept)
	metrics.Handler(registry).ServeHTTP(w, request)
	require.Equal(t, http.StatusOK, w.Code)
	return w
}

// One exemplar a second of the calls that issued a token, one of those that failed, none of what
// callers got wrong.
func TestExemplars(t *testing.T) {
	text := scrapeAs(t, "application/openmetrics-text;version=1.0.0", tracedCalls(10)).Body.String()
	var with []string
	for line := range strings.Lines(text) {
		if strings.Contains(line, `# {trace_id="`+traceID+`"}`) {
			with = append(with, line)
		}
	}
	require.Len(t, with, 2, "%q", with)
	require.Contains(t, with[0]+with[1], `code="OK"`)
	require.Contains(t, with[0]+with[1], `code="INTERNAL"`)
	require.NotContains(t, scrapeAs(t, "text/plain", tracedCalls(10)).Body.String(), traceID)
}

// Whoever asks for protobuf gets native histograms beside the classic buckets.
func TestNativeHistograms(t *testing.T) {
	w := scrapeAs(t, string(expfmt.NewFormat(expfmt.TypeProtoDelim)), tracedCalls(1))
	decoder := expfmt.NewDecoder(w.Body, expfmt.ResponseFormat(w.Header()))
	found := 0
	for {
		var family dto.MetricFamily
		if err := decoder.Decode(&family); err != nil {
			break
		}
		if family.GetType() != dto.MetricType_HISTOGRAM || len(family.GetMetric()) == 0 {
			continue
		}
		found++
		histogram := family.GetMetric()[0].GetHistogram()
		require.NotEmpty(t, histogram.GetBucket(), family.GetName())
		require.NotEmpty(t, histogram.GetPositiveSpan(), family.GetName())
		require.EqualValues(t, 3, histogram.GetSchema(), family.GetName())
	}
	require.Equal(t, 2, found)
}
