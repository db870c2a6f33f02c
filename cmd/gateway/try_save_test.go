package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/demo"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

func TestSavedCasesAreCasesOfTheAdapters(t *testing.T) {
	config := atStandIns(t)
	file := write(t, `[{"id":"before","note":"老 & <kept>"}]`)
	for _, e := range demo.Examples() {
		vendor, _, _ := strings.Cut(e.Product, ".")
		secretOf := "SANDBOX_" + strings.ToUpper(vendor) + "_" + strings.ToUpper(secretKey(t, vendor))
		for secret, ok := range map[string]bool{"right": true, "another-secret": false} {
			t.Run(e.Product+"/"+secret, func(t *testing.T) {
				if !ok {
					t.Setenv(secretOf, secret)
				}
				request := write(t, string(demo.CompactJSON(e.Request)))
				_, err := try(t.Context(), config, vendor+"-sandbox", e.Product, "--request", request, "--save", file)
				require.Equal(t, ok, err == nil, "%v", err)
			})
		}
	}
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	var cases []answer
	require.NoError(t, json.Unmarshal(content, &cases))
	require.Len(t, cases, 1+2*len(demo.Examples()))
	require.Equal(t, "before", cases[0].ID)
	require.Contains(t, string(content), `"note": "老 & <kept>"`)
	for _, c := range cases[1:] {
		if c.Want.Reason == "" {
			require.NotEmpty(t, c.Want.Token)
			require.NotEmpty(t, c.Want.ExpirySource)
		}
	}
	checkAnswers(t, cases[1:])
}

// secretKey is the key of the vendor's credentials with which it signs, the last one.
func secretKey(t *testing.T, vendor string) string {
	t.Helper()
	for _, provider := range vendors.All() {
		if provider.Name == vendor {
			return provider.CredentialKeys[len(provider.CredentialKeys)-1]
		}
	}
	require.Fail(t, "no such vendor", vendor)
	return ""
}

func TestSavedCase(t *testing.T) {
	body := "{\n \"charge\": 2, \"code\":\"1009\",\n\"msg\": \"频率\", \"trace\": {\"host\":\"h-01.example\",\"load\":-12.5e3,\"up\":true},\"request_id\":\"TID1\" }"
	file := filepath.Join(t.TempDir(), "cases.json")
	_, err := try(t.Context(), at(t, answering(t, http.StatusOK, body)), "linkface-test", "linkface.app", "--save", file)
	require.EqualError(t, err, "no token was issued: VENDOR_RATE_LIMITED")
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	var cases []map[string]any
	require.NoError(t, json.Unmarshal(content, &cases))
	c := cases[0]
	require.Regexp(t, `^linkface.app-vendor_rate_limited-\d+$`, c["id"])
	require.Regexp(t, `^seen at 20\S+Z, account region none$`, c["evidence"])
	require.Equal(t, map[string]any{"reason": "VENDOR_RATE_LIMITED", "http": 503.}, c["want"])
	require.EqualValues(t, 200, c["http_status"])
	require.Equal(t, "application/json", c["content_type"])
	require.Regexp(t, `^{\n "charge": 2, "code":"1009",\n"msg": "频率", "trace": {"host":"[a-f]-\d\d.[a-f]{7}","load":-77.7e7,"up":true},"request_id":"TID1" }$`, c["body"])
}

func TestNotSavedIfReadOtherwise(t *testing.T) {
	config := at(t, answering(t, http.StatusForbidden, `{"error":"BAD_ARGUMENTS: uuid"}`))
	file := filepath.Join(t.TempDir(), "cases.json")
	_, err := try(t.Context(), config, "megvii-test", "megvii.app-v5", "--field", "subject_id=BAD_ARGUMENTS", "--save", file)
	require.EqualError(t, err, "no token was issued: ARGUMENT_REJECTED\nnot saved: without what is hidden the answer would be read as another")
	require.NoFileExists(t, file)
}
