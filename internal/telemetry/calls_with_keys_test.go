package telemetry_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zapcore"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/telemetry/accesslog"
	"github.com/liveness-gateway/gateway/internal/telemetry/telemetrytest"
)

// keyedCalls are calls that came to each of the outcomes, all of them after a failover.
func keyedCalls() []*call.Call {
	var calls []*call.Call
	for _, outcome := range []idempotency.Outcome{
		idempotency.Issued, idempotency.Failed, idempotency.Joined, idempotency.Replayed, idempotency.Left,
		idempotency.Reused, idempotency.InProgress, idempotency.OverQuota, idempotency.Unavailable,
	} {
		c := telemetrytest.IssuedCall()
		c.Idempotency = outcome
		calls = append(calls, c)
	}
	return calls
}

func TestCallsWithAKeyAreCountedByOutcome(t *testing.T) {
	m, registry := telemetrytest.NewMetrics(t)
	m.ObserveCall(telemetrytest.IssuedCall())
	require.NotContains(t, telemetrytest.Scrape(t, registry), "liveness_gateway_idempotency_total{")
	for _, c := range keyedCalls() {
		m.ObserveCall(c)
	}
	got := ""
	for line := range strings.Lines(telemetrytest.Scrape(t, registry)) {
		if strings.HasPrefix(line, "liveness_gateway_idempotency_total{") {
			got += line
		}
	}
	require.Equal(t, `liveness_gateway_idempotency_total{outcome="failed"} 1
liveness_gateway_idempotency_total{outcome="in_progress"} 1
liveness_gateway_idempotency_total{outcome="issued"} 1
liveness_gateway_idempotency_total{outcome="joined"} 1
liveness_gateway_idempotency_total{outcome="left"} 1
liveness_gateway_idempotency_total{outcome="over_quota"} 1
liveness_gateway_idempotency_total{outcome="replayed"} 1
liveness_gateway_idempotency_total{outcome="reused"} 1
liveness_gateway_idempotency_total{outcome="unavailable"} 1
`, got)
}

// A duplicate is counted when it is found, and marked in the log of the call that found it.
func TestDuplicates(t *testing.T) {
	m, registry := telemetrytest.NewMetrics(t)
	require.Contains(t, telemetrytest.Scrape(t, registry), "liveness_gateway_idempotency_duplicates_total 0\n")
	m.CountDuplicate()
	require.Contains(t, telemetrytest.Scrape(t, registry), "liveness_gateway_idempotency_duplicates_total 1\n")
	for _, duplicate := range []bool{false, true} {
		var log bytes.Buffer
		accesslog.New(accesslog.NewLogger(zapcore.AddSync(&log), zapcore.InfoLevel), nil)(&call.Call{Idempotency: idempotency.Replayed, Duplicate: duplicate})
		require.Equal(t, duplicate, strings.Contains(log.String(), `"duplicate":true`))
	}
}

// What another call tried is counted with that c.
func TestRepeatedCallsCountNothingTwice(t *testing.T) {
	m, registry := telemetrytest.NewMetrics(t)
	m.ObserveCall(telemetrytest.IssuedCall())
	for _, c := range keyedCalls()[2:5] {
		m.ObserveCall(c)
	}
	text := telemetrytest.Scrape(t, registry)
	require.Contains(t, text, `liveness_gateway_failovers_total{from="acme-sgp/acme.app",reason="VENDOR_TIMEOUT",to="acme-cn/acme.app"} 1`+"\n")
	require.Contains(t, text, `liveness_gateway_overhead_seconds_count{flow="app_sdk"} 1`+"\n")
	require.Contains(t, text, `liveness_gateway_requests_total{blame="none",code="OK",flow="app_sdk",reason="OK",transport="grpc"} 4`+"\n")
}

func TestTheLogTellsOfKeys(t *testing.T) {
	for name, c := range map[string]struct {
		call  *call.Call
		cause any
	}{
		"replayed": {&call.Call{Idempotency: idempotency.Replayed}, nil},
		"unavailable": {&call.Call{Idempotency: idempotency.Unavailable, Err: &providers.Error{
			Reason: providers.IdempotencyUnavailable, Cause: errors.New("no room"),
		}}, "no room"},
	} {
		t.Run(name, func(t *testing.T) {
			var output bytes.Buffer
			accesslog.New(accesslog.NewLogger(zapcore.AddSync(&output), zapcore.InfoLevel), nil)(c.call)
			var line map[string]any
			require.NoError(t, json.Unmarshal(output.Bytes(), &line))
			require.Equal(t, name, line["idempotency"])
			require.Equal(t, c.cause, line["cause"])
		})
	}
}
