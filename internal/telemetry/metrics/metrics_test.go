package metrics_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/telemetry"
	"github.com/liveness-gateway/gateway/internal/telemetry/metrics"
	"github.com/liveness-gateway/gateway/internal/telemetry/telemetrytest"
)

// seriesAfterTheCalls is all that a scrape shows, but for help and buckets: names and
// labels as in docs/design.md, section 8.
const seriesAfterTheCalls = `liveness_gateway_build_info{commit="c0ffee",goversion="go1.26",version="v1.2.3"} 1
liveness_gateway_caller_requests_total{blame="caller",caller="unauthenticated",reason="INVALID_REQUEST"} 2
liveness_gateway_caller_requests_total{blame="gateway",caller="unauthenticated",reason="INTERNAL"} 1
liveness_gateway_caller_requests_total{blame="none",caller="bank",reason="OK"} 1
liveness_gateway_caller_requests_total{blame="operator",caller="unauthenticated",reason="VENDOR_ERROR_UNRECOGNIZED"} 1
liveness_gateway_caller_requests_total{blame="vendor",caller="unauthenticated",reason="VENDOR_INTERNAL_ERROR"} 1
liveness_gateway_failovers_total{from="acme-cn/acme.app",reason="VENDOR_INTERNAL_ERROR",to="acme-sgp/acme.app"} 1
liveness_gateway_failovers_total{from="acme-sgp/acme.app",reason="VENDOR_TIMEOUT",to="acme-cn/acme.app"} 1
liveness_gateway_idempotency_duplicates_total 0
liveness_gateway_overhead_seconds_sum{flow="app_sdk"} 0.0005
liveness_gateway_overhead_seconds_count{flow="app_sdk"} 1
liveness_gateway_overhead_seconds_sum{flow="hosted_page"} 0.001
liveness_gateway_overhead_seconds_count{flow="hosted_page"} 1
liveness_gateway_overhead_seconds_sum{flow="js_sdk"} 0.002
liveness_gateway_overhead_seconds_count{flow="js_sdk"} 1
liveness_gateway_overhead_seconds_sum{flow="none"} 0.004
liveness_gateway_overhead_seconds_count{flow="none"} 2
liveness_gateway_overhead_seconds_sum{flow="spoken_digits"} 0.0005
liveness_gateway_overhead_seconds_count{flow="spoken_digits"} 1
liveness_gateway_request_duration_seconds_sum{code="INTERNAL",flow="hosted_page",transport="rest"} 0.071
liveness_gateway_request_duration_seconds_count{code="INTERNAL",flow="hosted_page",transport="rest"} 1
liveness_gateway_request_duration_seconds_sum{code="INTERNAL",flow="js_sdk",transport="grpc"} 0.002
liveness_gateway_request_duration_seconds_count{code="INTERNAL",flow="js_sdk",transport="grpc"} 1
liveness_gateway_request_duration_seconds_sum{code="INVALID_ARGUMENT",flow="none",transport="rest"} 0.004
liveness_gateway_request_duration_seconds_count{code="INVALID_ARGUMENT",flow="none",transport="rest"} 2
liveness_gateway_request_duration_seconds_sum{code="OK",flow="app_sdk",transport="grpc"} 3.1205
liveness_gateway_request_duration_seconds_count{code="OK",flow="app_sdk",transport="grpc"} 1
liveness_gateway_request_duration_seconds_sum{code="UNAVAILABLE",flow="spoken_digits",transport="grpc"} 0.0805
liveness_gateway_request_duration_seconds_count{code="UNAVAILABLE",flow="spoken_digits",transport="grpc"} 1
liveness_gateway_requests_total{blame="caller",code="INVALID_ARGUMENT",flow="none",reason="INVALID_REQUEST",transport="rest"} 2
liveness_gateway_requests_total{blame="gateway",code="INTERNAL",flow="js_sdk",reason="INTERNAL",transport="grpc"} 1
liveness_gateway_requests_total{blame="none",code="OK",flow="app_sdk",reason="OK",transport="grpc"} 1
liveness_gateway_requests_total{blame="operator",code="INTERNAL",flow="hosted_page",reason="VENDOR_ERROR_UNRECOGNIZED",transport="rest"} 1
liveness_gateway_requests_total{blame="vendor",code="UNAVAILABLE",flow="spoken_digits",reason="VENDOR_INTERNAL_ERROR",transport="grpc"} 1
liveness_gateway_scenario_requests_total{blame="caller",flow="none",scenario="_unknown"} 2
liveness_gateway_scenario_requests_total{blame="gateway",flow="js_sdk",scenario="_unknown"} 1
liveness_gateway_scenario_requests_total{blame="none",flow="app_sdk",scenario="_unknown"} 1
liveness_gateway_scenario_requests_total{blame="operator",flow="hosted_page",scenario="_unknown"} 1
liveness_gateway_scenario_requests_total{blame="vendor",flow="spoken_digits",scenario="_unknown"} 1
liveness_gateway_tokens_issued_total{account="acme-cn",billed="yes",product="acme.app"} 1
liveness_gateway_tokens_orphaned_total{account="acme-sgp",product="acme.app"} 1
liveness_gateway_unrecognized_codes_total{provider="acme"} 1
liveness_gateway_vendor_attempt_duration_seconds_sum{account="acme-cn",product="acme.app",provider="acme"} 0.14
liveness_gateway_vendor_attempt_duration_seconds_count{account="acme-cn",product="acme.app",provider="acme"} 3
liveness_gateway_vendor_attempt_duration_seconds_sum{account="acme-cn",product="acme.page",provider="acme"} 0.07
liveness_gateway_vendor_attempt_duration_seconds_count{account="acme-cn",product="acme.page",provider="acme"} 1
liveness_gateway_vendor_attempt_duration_seconds_sum{account="acme-sgp",product="acme.app",provider="acme"} 3.01
liveness_gateway_vendor_attempt_duration_seconds_count{account="acme-sgp",product="acme.app",provider="acme"} 2
liveness_gateway_vendor_attempts_total{account="acme-cn",kind="failover",product="acme.app",provider="acme",reason="OK"} 1
liveness_gateway_vendor_attempts_total{account="acme-cn",kind="first",product="acme.app",provider="acme",reason="VENDOR_INTERNAL_ERROR"} 1
liveness_gateway_vendor_attempts_total{account="acme-cn",kind="first",product="acme.page",provider="acme",reason="VENDOR_ERROR_UNRECOGNIZED"} 1
liveness_gateway_vendor_attempts_total{account="acme-cn",kind="retry",product="acme.app",provider="acme",reason="VENDOR_INTERNAL_ERROR"} 1
liveness_gateway_vendor_attempts_total{account="acme-sgp",kind="first",product="acme.app",provider="acme",reason="VENDOR_TIMEOUT"} 1
liveness_gateway_vendor_attempts_total{account="acme-sgp",kind="probe",product="acme.app",provider="acme",reason="VENDOR_INTERNAL_ERROR"} 1
liveness_gateway_vendor_unavailable_total{account="acme-old",product="acme.app",provider="acme",why="out_of_service"} 1
`

func TestMetrics(t *testing.T) {
	m, registry := telemetrytest.NewMetrics(t)
	for _, c := range []*call.Call{telemetrytest.IssuedCall(), telemetrytest.RefusedCall(), telemetrytest.InvalidCall(), telemetrytest.InvalidCall(), telemetrytest.BrokenCall(), telemetrytest.UnavailableCall()} {
		for i := range c.Outcome.Attempts {
			m.ObserveAttempt(&c.Outcome.Attempts[i])
		}
		m.ObserveCall(c)
	}
	got := ""
	for line := range strings.Lines(telemetrytest.Scrape(t, registry)) {
		if !strings.HasPrefix(line, "#") && !strings.Contains(line, "_bucket{") {
			got += line
		}
	}
	require.Empty(t, cmp.Diff(seriesAfterTheCalls, got))

	problems, err := testutil.GatherAndLint(registry)
	require.NoError(t, err)
	require.Empty(t, problems)
}

// A body that takes its time to arrive is no overhead of the gateway's.
func TestOverheadLeavesArrivalOut(t *testing.T) {
	m, registry := telemetrytest.NewMetrics(t)
	c := telemetrytest.BrokenCall()
	c.Duration, c.Arrival = 5002*time.Millisecond, 5*time.Second
	m.ObserveCall(c)
	require.Contains(t, telemetrytest.Scrape(t, registry), `liveness_gateway_overhead_seconds_sum{flow="js_sdk"} 0.002`)
	require.Contains(t, telemetrytest.Scrape(t, registry), `liveness_gateway_request_duration_seconds_sum{code="INTERNAL",flow="js_sdk",transport="grpc"} 5.002`)
}

func TestMetricsAreRegisteredOnce(t *testing.T) {
	_, registry := telemetrytest.NewMetrics(t)
	_, err := metrics.New(registry, telemetry.Build{})
	require.ErrorAs(t, err, &prometheus.AlreadyRegisteredError{})
}

// A code of no table is counted whatever the status made of the answer.
func TestUnknownCodesAreCounted(t *testing.T) {
	m, registry := telemetrytest.NewMetrics(t)
	attempt := telemetrytest.UnavailableCall().Outcome.Attempts[0]
	m.ObserveAttempt(&attempt)
	require.NotContains(t, telemetrytest.Scrape(t, registry), "unrecognized_codes_total{")
	attempt.Exchange.UnknownCode = true
	attempt.Err.Ambiguous = true
	m.ObserveAttempt(&attempt)
	require.Contains(t, telemetrytest.Scrape(t, registry), `liveness_gateway_unrecognized_codes_total{provider="acme"} 1`)
}
