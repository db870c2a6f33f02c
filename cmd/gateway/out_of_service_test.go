package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/callers"
	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/gateway"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

// operate sends what an operator does to a listener, and returns the status and the answer.
func operate(t *testing.T, method, address, path, body string, header ...string) (status int, answer string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+address+path, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	w, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	require.NoError(t, err)
	defer func() { _ = w.Body.Close() }()
	text, err := io.ReadAll(w.Body)
	require.NoError(t, err)
	return w.StatusCode, string(text)
}

// outOfService returns why targets of the product are out of service, in the order of the
// routes.
func (g *started) outOfService(t *testing.T, product string) (reasons []string) {
	t.Helper()
	for _, route := range g.liveStatus(t).Routes {
		for _, target := range route.Targets {
			if target.Product == product {
				reasons = append(reasons, target.OutOfService)
			}
		}
	}
	return reasons
}

const withoutEverything = `{"product": "megvii.random-number", "minutes": 30, "reason": "the vendor asks for it"}`

// spokenDigits is a call that one product alone serves.
func spokenDigits(ctx context.Context, client livenessv1.LivenessServiceClient) error {
	_, err := client.IssueLivenessToken(ctx, &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS})
	return err
}

// What operators take out is out for the next call, through every change of the configuration,
// for all replicas of a Redis, and for one that is started anew.
func TestOutOfServiceOutlivesReplicas(t *testing.T) {
	vendor, store := startTroubledVendor(t), miniredis.RunT(t)
	t.Setenv("TEST_NAMING", strings.Repeat("n", 32))
	t.Setenv("TEST_SEALING", strings.Repeat("s", 32))
	t.Setenv("TEST_OLD_KEY", "old-key-5127")
	text := statusConfig + "redis: {addresses: [\"" + store.Addr() + "\"], timeout: 5s}\n" +
		"idempotency: {naming_key: {env: TEST_NAMING}, sealing_keys: [{env: TEST_SEALING}]}\n"
	var log lockedBuffer
	here, client := startGateway(t, text, vendor.URL, &log)
	there, _ := startGateway(t, text, vendor.URL, &lockedBuffer{})
	require.NoError(t, spokenDigits(t.Context(), client))

	code, answer := operate(t, http.MethodPost, here.Operator, "/out-of-service", withoutEverything)
	require.Equal(t, http.StatusOK, code, answer)
	require.Contains(t, answer, `"scope": "all_replicas"`)
	failure := spokenDigits(t.Context(), client)
	require.ErrorContains(t, failure, "out_of_service")
	require.NotContains(t, failure.Error(), "the vendor asks")
	require.Contains(t, log.String(), `"msg":"taken out of service","account":"","product":"megvii.random-number","why":"the vendor asks for it"`)
	require.Contains(t, log.String(), `"by":"the operator listener"`)
	require.Eventually(t, func() bool {
		return there.outOfService(t, "megvii.random-number")[0] == "the vendor asks for it"
	}, time.Minute, 50*time.Millisecond)
	restarted, anew := startGateway(t, text, vendor.URL, &lockedBuffer{})
	require.Equal(t, []string{"the vendor asks for it"}, restarted.outOfService(t, "megvii.random-number"), "before its first call")
	require.ErrorContains(t, spokenDigits(t.Context(), anew), "out_of_service")
	_, _, metrics := getPage(t, there.Admin, "/metrics")
	require.Contains(t, metrics, `liveness_gateway_out_of_service_until_timestamp_seconds{account="",product="megvii.random-number"}`)

	code, answer = operate(t, http.MethodDelete, there.Operator, "/out-of-service?"+url.Values{"product": {"megvii.random-number"}}.Encode(), "")
	require.Equal(t, http.StatusOK, code, answer)
	require.Eventually(t, func() bool { return spokenDigits(t.Context(), client) == nil }, time.Minute, 50*time.Millisecond)
	require.Contains(t, log.String(), `"msg":"back in service"`)

	// What only the configuration knows, it alone can put back; what it does not know is no target.
	code, _ = operate(t, http.MethodDelete, here.Operator, "/out-of-service?account=linkface-test", "")
	require.Equal(t, http.StatusNotFound, code)
	code, answer = operate(t, http.MethodPost, here.Operator, "/out-of-service", `{"account": "megvii-tset", "minutes": 5, "reason": "r"}`)
	require.Equal(t, http.StatusBadRequest, code)
	require.Contains(t, answer, `did you mean "megvii-test"?`)
	code, answer = operate(t, http.MethodPost, here.Operator, "/out-of-service", `{"account": "linkface-test", "product": "megvii.app-v5", "minutes": 5, "reason": "r"}`)
	require.Equal(t, http.StatusBadRequest, code)
	require.Contains(t, answer, "no target has the product on the account")
}

// A configuration that is reloaded takes nothing back that an operator has taken out, nor what
// is known of vendors.
func TestOutOfServiceOutlivesReloads(t *testing.T) {
	vendor := startTroubledVendor(t)
	t.Setenv("TEST_OLD_KEY", "old-key-5127")
	t.Setenv("TEST_KEY", "test-key-5127")
	t.Setenv("TEST_SECRET", "test-secret-5127")
	file := t.TempDir() + "/gateway.yaml"
	text := strings.ReplaceAll(statusConfig, "URL", vendor.URL)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	parse := func(file string, text []byte, running *config.Config) (*config.Config, error) {
		return parseConfig(file, text, config.Replacing(running))
	}
	cfg, err := config.Load(file, vendors.All())
	require.NoError(t, err)
	g, client := startConfigured(t, cfg, &lockedBuffer{}, gateway.WithReload(parse))
	require.NoError(t, spokenDigits(t.Context(), client))
	ejected := g.liveStatus(t).Accounts[0].Credentials
	require.Equal(t, "ejected", ejected[0].State)

	code, answer := operate(t, http.MethodPost, g.Operator, "/out-of-service", withoutEverything)
	require.Equal(t, http.StatusOK, code, answer)
	require.Contains(t, answer, `"scope": "this_replica"`)
	require.Equal(t, "ejected", g.liveStatus(t).Accounts[0].Credentials[0].State)
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(text, "max_in_flight: 50", "max_in_flight: 40", 1)), 0o600))
	require.Eventually(t, func() bool { return g.liveStatus(t).Accounts[0].MaxInFlight == 40 }, time.Minute, 50*time.Millisecond)
	require.Equal(t, []string{"the vendor asks for it"}, g.outOfService(t, "megvii.random-number"))
	require.Error(t, spokenDigits(t.Context(), client))
}

// On the admin listener it takes a caller with admin, whose name stands beside what it did; a
// plan is for them alone too.
func TestAdminsTakeOutInTheirName(t *testing.T) {
	text := vendorConfig + "callers:\n"
	keys := map[string]string{}
	for _, name := range []string{"bank", "operations"} {
		token, key := callers.NewAPIKey()
		keys[name] = "Bearer " + token
		text += fmt.Sprintf("  %s: {api_keys: [{name: main, id: %s, sha256: %x}], admin: %t}\n", name, key.ID, key.Hash, name == "operations")
	}
	vendor := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(vendor.Close)
	g, _ := startGateway(t, text, vendor.URL, &lockedBuffer{})
	const out = `{"account": "linkface-test", "minutes": 5, "reason": "r"}`
	for _, path := range []string{"/out-of-service", "/plan"} {
		for _, shown := range []string{"", keys["bank"], keys["operations"] + "A"} {
			code, _ := operate(t, http.MethodPost, g.Admin, path, out, "Authorization", shown)
			require.Equal(t, http.StatusForbidden, code)
		}
	}
	code, answer := operate(t, http.MethodPost, g.Admin, "/out-of-service", out, "Authorization", keys["operations"])
	require.Equal(t, http.StatusOK, code, answer)
	require.Contains(t, answer, `"by": "operations"`)

	code, answer = operate(t, http.MethodPost, g.Admin, "/plan?caller=bank", `{"request": {"flow": "FLOW_APP_SDK", "acceptedProducts": ["linkface.app"]}}`, "Authorization", keys["operations"])
	require.Equal(t, http.StatusOK, code, answer)
	var plan struct {
		NotEligible []struct{ Account, OutOfService string } `json:"not_eligible"`
		Failure     struct{ Reason string }
	}
	require.NoError(t, json.Unmarshal([]byte(answer), &plan))
	require.Equal(t, "NO_TARGET_AVAILABLE", plan.Failure.Reason)
	code, answer = operate(t, http.MethodPost, g.Operator, "/plan?caller=bnak", `{"request": {"flow": "FLOW_APP_SDK"}}`)
	require.Equal(t, http.StatusBadRequest, code)
	require.Contains(t, answer, "caller")
	code, _ = operate(t, http.MethodPost, g.Operator, "/plan", `{"request": {"flow": "FLOW_APP_SDK", "subjectId": "user-9173"}}`)
	require.Equal(t, http.StatusBadRequest, code)
}

// The API page is on loopback by default, and off it where the file says so.
func TestWhereTheAPIPageIs(t *testing.T) {
	for _, c := range []struct {
		listen string
		served bool
	}{
		{`rest: "127.0.0.1:0"`, true},
		{`rest: "127.0.0.1:0", docs: false`, false},
		{`rest: "0.0.0.0:0"`, false},
		{`rest: "0.0.0.0:0", docs: true`, true},
	} {
		text := "allow_plaintext: true\nallow_unauthenticated: true\n" + strings.Replace(vendorConfig, `rest: "127.0.0.1:0"`, c.listen, 1)
		g, _ := startGateway(t, text, "http://127.0.0.1:1", &lockedBuffer{})
		_, port, found := strings.Cut(g.REST, "]:")
		if !found {
			_, port, _ = strings.Cut(g.REST, ":")
		}
		for _, path := range []string{"/docs", "/docs/openapi.json", "/docs/../docs"} {
			status, _, body := getPage(t, "127.0.0.1:"+port, path)
			if c.served && !strings.Contains(path, "..") {
				require.Equal(t, http.StatusOK, status, "%s %s", c.listen, path)
			} else {
				require.Equal(t, http.StatusNotFound, status, "%s %s", c.listen, path)
				require.Contains(t, body, "METHOD_UNKNOWN")
			}
		}
	}
}
