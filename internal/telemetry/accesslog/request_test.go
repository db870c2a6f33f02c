package accesslog_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zapcore"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/callers"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/telemetry/accesslog"
	"github.com/liveness-gateway/gateway/internal/telemetry/spans"
	"github.com/liveness-gateway/gateway/internal/telemetry/telemetrytest"
)

// fromCaller is what a caller sends beside its message.
type fromCaller map[string][]string

func (s fromCaller) Values(name string) []string { return s[name] }

func logged(t *testing.T, c *call.Call) string {
	t.Helper()
	var output bytes.Buffer
	scenarios := accesslog.NewScenarios([]route.Route{{Scenario: "login"}, {}})
	accesslog.New(accesslog.NewLogger(zapcore.AddSync(&output), zapcore.InfoLevel), scenarios)(c)
	return withoutTime(t, output.Bytes())
}

func TestLogTellsWhoCalledAndWhatWasWrong(t *testing.T) {
	scenario := "login"
	violations := []providers.Violation{
		{Path: "comparison.identityDocument.number", Reason: providers.InvalidRequest, Description: "too long"},
		{Path: "comparison.photos[1]", Reason: providers.PhotoTooLarge},
		{Path: "comparison.identity_document.number", Reason: providers.InvalidRequest},
		{Path: "comparison.110101199003074514", Reason: providers.InvalidRequest},
		{Path: "zhang_san.x", Reason: providers.InvalidRequest},
		{Path: "callback.return_url.x", Reason: providers.InvalidRequest},
	}
	c := &call.Call{
		Transport: call.REST, RequestID: "R1", Caller: &callers.Caller{Name: "bank"},
		Peer:     netip.MustParseAddrPort("192.0.2.7:4711"),
		Request:  &livenessv1.IssueLivenessTokenRequest{Scenario: scenario},
		Err:      &providers.Error{Reason: providers.NoEligibleProduct, Violations: violations},
		Received: call.Received{Metadata: fromCaller{"x-request-id": {"order-1/a"}}},
		Outcome: routing.Outcome{RuledOut: []route.RuledOut{{
			Target: telemetrytest.Target("acme.app", "acme-cn"), Violations: violations[:2],
		}}},
	}
	require.JSONEq(t, `{
		"level": "info", "msg": "call", "request_id": "R1", "transport": "rest", "caller": "bank", "peer": "192.0.2.7:4711",
		"caller_request_id": "order-1/a", "flow": "none", "scenario": "login",
		"code": "FAILED_PRECONDITION", "http_status": 400, "reason": "NO_ELIGIBLE_PRODUCT", "duration_ms": 0, "vendor_ms": 0,
		"fields": ["comparison.identity_document.number", "comparison.photos[1]", "comparison.?", "?", "callback.return_url.?"],
		"ruled_out": [{
			"product": "acme.app", "account": "acme-cn", "reason": "INVALID_REQUEST",
			"fields": ["comparison.identity_document.number", "comparison.photos[1]"]
		}]
	}`, logged(t, c))
}

func TestLogMarksUnknownScenarios(t *testing.T) {
	c := telemetrytest.InvalidCall()
	c.Request = &livenessv1.IssueLivenessTokenRequest{Scenario: "zhang-san"}
	require.Contains(t, logged(t, c), `"scenario":"unknown"`)
}

func TestLogShowsACallersIDOnlyIfItIsPlain(t *testing.T) {
	for _, values := range [][]string{
		{""}, {"a b"}, {"a\nb"}, {"é"}, {"a", "b"}, {strings.Repeat("x", 129)}, {"a\x7f"}, nil,
	} {
		c := telemetrytest.IssuedCall()
		c.Metadata = fromCaller{"x-request-id": values}
		require.NotContains(t, logged(t, c), "caller_request_id", values)
	}
	c := telemetrytest.IssuedCall()
	c.Metadata = fromCaller{"x-request-id": {strings.Repeat("x", 128)}}
	require.Contains(t, logged(t, c), "caller_request_id")
}

// Strangers fill no log: of each second some lines are written, and the next says how many
// were not.
func TestLogOfStrangersIsBounded(t *testing.T) {
	var output bytes.Buffer
	observe := accesslog.New(accesslog.NewLogger(zapcore.AddSync(&output), zapcore.InfoLevel), nil)
	begun := time.Unix(1_700_000_000, 0)
	for second := range 3 {
		for i := range 1000 {
			observe(&call.Call{
				Transport: call.GRPC, RequestID: fmt.Sprint(i), Start: begun.Add(time.Duration(second) * time.Second),
				Fault: callers.KeyWrong, Err: &providers.Error{Reason: providers.CallerUnauthenticated},
			})
		}
		observe(telemetrytest.IssuedCall())
	}
	require.Equal(t, 3*(20+1), strings.Count(output.String(), "\n"))
	require.Equal(t, 2, strings.Count(output.String(), `"unauthenticated_unlogged":980`))
	require.Contains(t, output.String(), `"authentication":"key_wrong"`)
}

func TestNoteTrace(t *testing.T) {
	for traceparent, want := range map[string]string{
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00": "4bf92f3577b34da6a3ce929d0e0e4736",
		"00-00000000000000000000000000000000-00f067aa0ba902b7-00": "",
		"zhang san": "",
		"":          "",
	} {
		c := telemetrytest.IssuedCall()
		c.Metadata = fromCaller{"traceparent": {traceparent}}
		spans.NoteTrace(c)
		require.Equal(t, want, c.TraceID)
	}
}
