package linkface

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// reasons is what the design makes of every code of the document, and of the older
// API's statuses.
var reasons = map[string]providers.Reason{
	"1000": providers.VendorCredentialsRejected,
	"1001": providers.ArgumentRejected,
	"1002": providers.ArgumentRejected,
	"1007": providers.VendorAccountDisabled,
	"1008": providers.VendorAccountExpired,
	"1009": providers.VendorRateLimited,
	"1011": providers.VendorPermissionDenied,
	"9999": providers.VendorInternalError,

	"UNAUTHORIZED":     providers.VendorCredentialsRejected,
	"KEY_EXPIRED":      providers.VendorAccountExpired,
	"NO_PERMISSION":    providers.VendorPermissionDenied,
	"OUT_OF_QUOTA":     providers.VendorQuotaExhausted,
	"INVALID_ARGUMENT": providers.ArgumentRejected,
	"NOT_FOUND":        providers.VendorEndpointNotFound,
}

func TestCodeTable(t *testing.T) {
	require.Len(t, codes, len(reasons))
	for _, row := range codes {
		require.Equal(t, reasons[row.Code], row.Reason, row.Code)
		require.NotEmpty(t, row.Document, row.Code)
		require.NotEmpty(t, row.Section, row.Code)
	}
}

// refused answers with the body and checks what comes of it.
func (v *vendor) refused(t *testing.T, status int, body string, reason providers.Reason, code string) {
	t.Helper()
	v.status, v.body = status, body
	failure := v.refuse(t)
	require.Equal(t, reason, failure.Reason, "%d %s", status, body)
	require.Equal(t, code, failure.Exchange.Code, "%d %s", status, body)
	require.Equal(t, status, failure.Exchange.HTTPStatus)
	require.False(t, failure.Ambiguous, "%d %s", status, body)
	require.False(t, failure.CallersFault(), "%d %s", status, body)
}

// The code decides at any HTTP status, over a token beside it, and however it is
// spelt.
func TestEverySpellingOfEveryCode(t *testing.T) {
	v := newVendor(t, 0, "")
	for code, reason := range reasons {
		blanks := strings.ReplaceAll(code, "_", " ")
		for _, spelling := range []string{
			code, " " + code + " . ", code + ".", strings.ToLower(code), blanks, strings.ToLower(blanks) + ".",
		} {
			for _, status := range []int{200, 302, 400, 401, 403, 404, 413, 429, 500, 503} {
				body := asJSON(t, map[string]any{
					"code": spelling, "msg": "调用成功", "charge": 2, "data": map[string]any{"token": "t"},
				})
				v.refused(t, status, body, reason, code)
			}
		}
	}
}

func TestCodeAsNumber(t *testing.T) {
	v := newVendor(t, 0, "")
	v.refused(t, 200, `{"code":1009,"data":{"token":"t"}}`, providers.VendorRateLimited, "1009")
	v.refused(t, 500, `{"code":1011}`, providers.VendorPermissionDenied, "1011")
}

func TestOlderAPI(t *testing.T) {
	v := newVendor(t, 0, "")
	for status, want := range map[string]struct {
		http   int
		reason providers.Reason
	}{
		"UNAUTHORIZED":     {401, providers.VendorCredentialsRejected},
		"KEY_EXPIRED":      {401, providers.VendorAccountExpired},
		"NO_PERMISSION":    {403, providers.VendorPermissionDenied},
		"OUT_OF_QUOTA":     {403, providers.VendorQuotaExhausted},
		"INVALID_ARGUMENT": {400, providers.ArgumentRejected},
		"NOT_FOUND":        {404, providers.VendorEndpointNotFound},
	} {
		body := asJSON(t, map[string]any{"request_id": "TID1", "status": status, "reason": "some words"})
		v.refused(t, want.http, body, want.reason, status)
		require.Equal(t, "some words", v.refuse(t).Exchange.Text)
	}
	v.refused(t, 404, `{"code":404,"status":"NOT_FOUND"}`, providers.VendorEndpointNotFound, "NOT_FOUND")
	v.refused(t, 401, `{"code":"TEAPOT","status":"KEY_EXPIRED"}`, providers.VendorAccountExpired, "KEY_EXPIRED")
	v.refused(t, 401, `{"code":"1009","status":"UNAUTHORIZED"}`, providers.VendorRateLimited, "1009")
	v.refused(t, 200, `{"code":null,"status":"UNAUTHORIZED"}`, providers.VendorCredentialsRejected, "UNAUTHORIZED")
	v.refused(t, 200, `{"code":"","status":"UNAUTHORIZED"}`, providers.VendorCredentialsRejected, "UNAUTHORIZED")
}

// What frameworks and proxies in front of the vendor answer means what its status means.
func TestBodiesOfFrameworks(t *testing.T) {
	v := newVendor(t, 0, "")
	for status, want := range map[int]struct {
		reason    providers.Reason
		ambiguous bool
	}{
		404: {providers.VendorEndpointNotFound, false},
		408: {providers.VendorInternalError, false},
		421: {providers.VendorInternalError, false},
		425: {providers.VendorInternalError, false},
		429: {providers.VendorRateLimited, false},
		400: {providers.VendorErrorUnrecognized, false},
		499: {providers.VendorInternalError, true},
		500: {providers.VendorInternalError, true},
		502: {providers.VendorInternalError, true},
		503: {providers.VendorInternalError, true},
		504: {providers.VendorInternalError, true},
		529: {providers.VendorInternalError, true},
	} {
		text := http.StatusText(status)
		for _, body := range []string{
			"", " ", "null", `"` + text + `"`, "[]", "{}", "upstream connect error or disconnect/reset before headers",
			"<html><head><title>" + text + "</title></head><body>nginx</body></html>",
			asJSON(t, map[string]any{"error": text}),
			asJSON(t, map[string]any{"message": text, "statusCode": status}),
			asJSON(t, map[string]any{"timestamp": "2026-01-01T00:00:00.000+00:00", "status": status, "error": text, "path": "/v2/sdk/get_token"}),
			asJSON(t, map[string]any{"status": strconv.Itoa(status), "title": text, "type": "about:blank"}),
			asJSON(t, map[string]any{"code": status, "msg": text}),
			asJSON(t, map[string]any{"code": status, "status": status, "data": nil}),
			asJSON(t, map[string]any{"error": map[string]any{"code": status, "status": "UNAVAILABLE", "message": text}}),
			asJSON(t, map[string]any{"status": map[string]any{"code": status}}),
			asJSON(t, map[string]any{"code": []int{status}, "data": "none"}),
			asJSON(t, map[string]any{"errors": []any{map[string]any{"code": "1009x", "detail": text}}}),
		} {
			v.status, v.body = status, body
			failure := v.refuse(t)
			require.Equal(t, want.reason, failure.Reason, "%d %s", status, body)
			require.Equal(t, want.ambiguous, failure.Ambiguous, "%d %s", status, body)
		}
	}
	v.refused(t, 400, `{"code":"ERROR: 1001"}`, providers.ArgumentRejected, "1001")
	v.refused(t, 429, `{"code":"[1009]"}`, providers.VendorRateLimited, "1009")
	v.refused(t, 200, `{"status":"error: UNAUTHORIZED"}`, providers.VendorCredentialsRejected, "UNAUTHORIZED")
}

func TestCodesOfNoTable(t *testing.T) {
	v := newVendor(t, 0, "")
	for _, code := range []string{"1003", "1004", "1005", "1006", "1010", "2000", "TEAPOT"} {
		v.refused(t, http.StatusOK, asJSON(t, map[string]any{"code": code}), providers.VendorErrorUnrecognized, code)
	}
	for body, code := range map[string]string{
		`{"code":"1003"}`: "1003", `{"status":"INTERNAL_ERROR"}`: "INTERNAL_ERROR", `{"status":500,"error":"x"}`: "500",
	} {
		v.status, v.body = http.StatusInternalServerError, body
		failure := v.refuse(t)
		require.Equal(t, providers.VendorInternalError, failure.Reason, body)
		require.Equal(t, code, failure.Exchange.Code)
		require.True(t, failure.Ambiguous && failure.Exchange.UnknownCode)
	}
	for _, code := range []string{`"系统错误"`, `{"a":1}`, `[]`, `"13800138000"`, `-1`, `"."`} {
		v.refused(t, http.StatusOK, `{"code":`+code+`,"data":{"token":"t"}}`, providers.VendorErrorUnrecognized, "")
	}
}
