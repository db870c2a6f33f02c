package accesslog_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zapcore"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/telemetry/accesslog"
	"github.com/liveness-gateway/gateway/internal/telemetry/telemetrytest"
)

func TestAccessLog(t *testing.T) {
	for name, c := range map[string]struct {
		call *call.Call
		want string
	}{
		"issued": {telemetrytest.IssuedCall(), `{
			"level": "info", "msg": "call", "request_id": "R1", "transport": "grpc", "caller": "bank", "flow": "app_sdk",
			"code": "OK", "http_status": 200, "reason": "OK", "duration_ms": 3120.5, "vendor_ms": 3120,
			"product": "acme.app", "account": "acme-cn",
			"attempts": [
				{
					"product": "acme.app", "account": "acme-sgp", "kind": "first", "reason": "VENDOR_TIMEOUT",
					"duration_ms": 3000, "cause": "deadline exceeded"
				},
				{
					"product": "acme.app", "account": "acme-cn", "kind": "failover", "reason": "OK",
					"duration_ms": 120, "vendor_request_id": "V1", "vendor_http_status": 200
				}
			]
		}`},
		"refused by the vendor": {telemetrytest.RefusedCall(), `{
			"level": "warn", "msg": "call", "request_id": "R2", "transport": "rest", "flow": "hosted_page",
			"code": "INTERNAL", "http_status": 502, "reason": "VENDOR_ERROR_UNRECOGNIZED", "duration_ms": 71, "vendor_ms": 70,
			"attempts": [{
				"product": "acme.page", "account": "acme-cn", "kind": "first", "reason": "VENDOR_ERROR_UNRECOGNIZED",
				"duration_ms": 70, "vendor_request_id": "V2", "vendor_code": "NO_SUCH_CODE", "vendor_http_status": 400,
				"vendor_text": "the vendor's words"
			}]
		}`},
		"retried, failed over and unavailable": {telemetrytest.UnavailableCall(), `{
			"level": "warn", "msg": "call", "request_id": "R5", "transport": "grpc", "flow": "spoken_digits",
			"code": "UNAVAILABLE", "http_status": 503, "reason": "VENDOR_INTERNAL_ERROR", "duration_ms": 80.5, "vendor_ms": 30,
			"waited_ms": 50, "unavailable": [{"product": "acme.app", "account": "acme-old", "why": "out_of_service"}],
			"attempts": [
				{"product": "acme.app", "account": "acme-cn", "kind": "first", "credential": "spare", "reason": "VENDOR_INTERNAL_ERROR", "duration_ms": 10},
				{"product": "acme.app", "account": "acme-cn", "kind": "retry", "credential": "spare", "reason": "VENDOR_INTERNAL_ERROR", "duration_ms": 10},
				{"product": "acme.app", "account": "acme-sgp", "kind": "probe", "reason": "VENDOR_INTERNAL_ERROR", "duration_ms": 10}
			]
		}`},
		"refused by the contract": {telemetrytest.InvalidCall(), `{
			"level": "info", "msg": "call", "request_id": "R3", "transport": "rest", "flow": "none",
			"code": "INVALID_ARGUMENT", "http_status": 400, "reason": "INVALID_REQUEST", "duration_ms": 2, "vendor_ms": 0
		}`},
		"a bug": {telemetrytest.BrokenCall(), `{
			"level": "error", "msg": "call", "request_id": "R4", "transport": "grpc", "flow": "js_sdk",
			"code": "INTERNAL", "http_status": 500, "reason": "INTERNAL", "duration_ms": 2, "vendor_ms": 0,
			"cause": "panic: string\nstack"
		}`},
	} {
		t.Run(name, func(t *testing.T) {
			var output bytes.Buffer
			accesslog.New(accesslog.NewLogger(zapcore.AddSync(&output), zapcore.InfoLevel), nil)(c.call)
			require.Equal(t, 1, strings.Count(output.String(), "\n"))
			require.JSONEq(t, c.want, withoutTime(t, output.Bytes()))
		})
	}
}

// withoutTime checks the line's time and takes it out.
func withoutTime(t *testing.T, line []byte) string {
	t.Helper()
	var fields map[string]any
	require.NoError(t, json.Unmarshal(line, &fields))
	written, err := time.Parse(time.RFC3339Nano, fields["time"].(string))
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), written, time.Minute)
	delete(fields, "time")
	rest, err := json.Marshal(fields)
	require.NoError(t, err)
	return string(rest)
}

func TestAccessLogHeedsTheLevel(t *testing.T) {
	var output bytes.Buffer
	observe := accesslog.New(accesslog.NewLogger(zapcore.AddSync(&output), zapcore.WarnLevel), nil)
	observe(telemetrytest.IssuedCall())
	observe(telemetrytest.InvalidCall())
	require.Empty(t, output.String())
	observe(telemetrytest.RefusedCall())
	observe(telemetrytest.BrokenCall())
	require.Equal(t, 2, strings.Count(output.String(), "\n"))
}

// A burst of equal lines is not sampled.
func TestLoggerDropsNothing(t *testing.T) {
	var output bytes.Buffer
	observe := accesslog.New(accesslog.NewLogger(zapcore.AddSync(&output), zapcore.InfoLevel), nil)
	for range 1000 {
		observe(telemetrytest.IssuedCall())
	}
	require.Equal(t, 1000, strings.Count(output.String(), "\n"))
}
