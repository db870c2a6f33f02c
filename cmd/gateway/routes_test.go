package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/routing/state"
)

// statusConfig has an account with two credentials and one that is out of service.
const statusConfig = `
listen: {grpc: "127.0.0.1:0", rest: "127.0.0.1:0", admin: "127.0.0.1:0"}
accounts:
  megvii-test:
    provider: megvii
    region: cn
    base_url: URL
    max_in_flight: 50
    credentials:
      - {name: old, api_key: {env: TEST_OLD_KEY}, api_secret: {env: TEST_SECRET}}
      - {name: new, api_key: {env: TEST_KEY}, api_secret: {env: TEST_SECRET}}
  linkface-test:
    provider: linkface
    base_url: URL
    credentials: [{name: main, api_id: {env: TEST_KEY}, api_secret: {env: TEST_SECRET}}]
routes:
  - flow: app_sdk
    order: weighted
    targets:
      - {account: megvii-test, product: megvii.app-v5, weight: 90, parameters: {liveness_id: test}}
      - {account: linkface-test, product: linkface.app, weight: 10}
  - {flow: hosted_page, targets: [{account: megvii-test, product: megvii.pc-web}]}
  - {flow: spoken_digits, targets: [{account: megvii-test, product: megvii.random-number}]}
out_of_service:
  - {account: linkface-test, reason: "contract <ended>"}
`

// troubledVendor is Megvii with a clock ten minutes ahead. It refuses the old key, is
// broken where pages are requested, and issues digits; while hold is set only at release.
type troubledVendor struct {
	*httptest.Server
	arrived, release chan struct{}
	hold             atomic.Bool
}

func startTroubledVendor(t *testing.T) *troubledVendor {
	t.Helper()
	v := &troubledVendor{arrived: make(chan struct{}), release: make(chan struct{})}
	v.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", time.Now().Add(10*time.Minute).UTC().Format(http.TimeFormat))
		switch {
		case r.FormValue("api_key") == "old-key-5127":
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `{"error_message":"AUTHENTICATION_ERROR"}`)
		case strings.HasSuffix(r.URL.Path, "/get_token"):
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = io.WriteString(w, `{"error_message":"INTERNAL_ERROR"}`)
		default:
			if v.hold.Load() {
				v.arrived <- struct{}{}
				<-v.release
			}
			_, _ = io.WriteString(w, `{"biz_no":"b-1","random_number":"3167","token_random_number":"6747484e7ed6e8e6"}`)
		}
	}))
	t.Cleanup(v.Close)
	return v
}

// getPage returns a page of a listener for operators.
func getPage(t *testing.T, address, path string) (status int, header http.Header, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+path, http.NoBody)
	require.NoError(t, err)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, response.Header, string(text)
}

func (g *started) liveStatus(t *testing.T) state.Status {
	t.Helper()
	code, header, body := getPage(t, g.Operator, "/routes")
	require.Equal(t, http.StatusOK, code, body)
	require.Equal(t, "no-store", header.Get("Cache-Control"))
	for _, secret := range []string{"-5127", "user-9173"} { // 5127 alone may be in a hash
		require.NotContains(t, body, secret)
	}
	var status state.Status
	require.NoError(t, json.Unmarshal([]byte(body), &status))
	return status
}

func TestRoutesShowTrouble(t *testing.T) {
	vendor := startTroubledVendor(t)
	t.Setenv("TEST_OLD_KEY", "old-key-5127")
	g, client := startGateway(t, statusConfig, vendor.URL, &lockedBuffer{})

	before := g.liveStatus(t)
	require.Len(t, before.Routes, 3)
	app := before.Routes[0]
	require.Equal(t, "weighted", app.Order)
	require.Equal(t, []string{"liveness_id"}, app.Targets[0].Parameters)
	require.InDelta(t, 90, app.Targets[0].Weight, 0)
	require.Empty(t, app.Targets[0].OutOfService)
	require.Equal(t, "contract <ended>", app.Targets[1].OutOfService)
	requireAccount(t, before, state.Ejection{State: "ok"}, 0)

	digits := &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS, SubjectId: "user-9173"}
	_, err := client.IssueLivenessToken(t.Context(), digits)
	require.NoError(t, err)
	for i := range 5 {
		request := fullRequest("megvii.pc-web")
		request.SubjectId = fmt.Sprint("user-", i) // what fails for one user alone opens nothing
		_, err = client.IssueLivenessToken(t.Context(), request)
		require.Error(t, err)
	}
	after := g.liveStatus(t)
	page := after.Routes[1].Targets[0]
	require.Equal(t, "closed", page.Breaker.State)
	require.Equal(t, "open", page.ProductBreaker.State)
	require.WithinDuration(t, time.Now(), page.ProductBreaker.Until, 16*time.Second)
	require.Equal(t, "closed", after.Routes[2].Targets[0].ProductBreaker.State)
	old := after.Accounts[0].Credentials[0]
	require.WithinDuration(t, time.Now(), old.Until, 6*time.Second)
	requireAccount(t, after, state.Ejection{State: "ejected", Until: old.Until}, 0)
	require.Zero(t, after.Accounts[0].ClockOffset, "no signature was refused for the vendor's clock")

	_, _, metrics := getPage(t, g.Admin, "/metrics")
	for _, series := range []string{
		`liveness_gateway_vendor_breaker_state{account="megvii-test",product="megvii.pc-web",provider="megvii"} 2`,
		`liveness_gateway_vendor_breaker_state{account="megvii-test",product="megvii.random-number",provider="megvii"} 0`,
		`liveness_gateway_vendor_credential_state{account="megvii-test",credential="old",product="all",provider="megvii"} 2`,
		`liveness_gateway_vendor_credential_state{account="megvii-test",credential="new",product="all",provider="megvii"} 0`,
		`liveness_gateway_vendor_concurrency_limit{account="megvii-test",provider="megvii"} 50`,
		`liveness_gateway_vendor_inflight{account="megvii-test",provider="megvii"} 0`,
	} {
		require.Contains(t, metrics, series+"\n")
	}
	require.Contains(t, metrics, `liveness_gateway_vendor_clock_offset_seconds{account="megvii-test",provider="megvii"} 0`)
}

// requireAccount checks all of Megvii's account but its clock.
func requireAccount(t *testing.T, s state.Status, old state.Ejection, inFlight int) {
	t.Helper()
	ok := state.Ejection{State: "ok"}
	products := map[string]state.Ejection{"megvii.app-v5": ok, "megvii.pc-web": ok, "megvii.random-number": ok}
	require.Len(t, s.Accounts, 2)
	got := s.Accounts[0]
	got.ClockOffset = 0
	require.Equal(t, state.Account{
		Provider: "megvii", Account: "megvii-test", Region: "cn", InFlight: inFlight, Limit: 50, MaxInFlight: 50,
		Credentials: []state.Credential{{Name: "old", Ejection: old, Products: products}, {Name: "new", Ejection: ok, Products: products}},
	}, got)
}

func TestRoutesShowWhatIsInFlight(t *testing.T) {
	vendor := startTroubledVendor(t)
	vendor.hold.Store(true)
	t.Setenv("TEST_OLD_KEY", "test-key-5127")
	g, client := startGateway(t, statusConfig, vendor.URL, &lockedBuffer{})
	ended := make(chan error, 1)
	go func() {
		_, err := client.IssueLivenessToken(t.Context(), &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS})
		ended <- err
	}()
	<-vendor.arrived
	requireAccount(t, g.liveStatus(t), state.Ejection{State: "ok"}, 1)
	close(vendor.release)
	require.NoError(t, <-ended)
	requireAccount(t, g.liveStatus(t), state.Ejection{State: "ok"}, 0)
}

// Whoever can reach the admin listener gets the metrics, and nothing that is for operators.
func TestAdminIsNotForOperators(t *testing.T) {
	everywhere := strings.Replace(vendorConfig, `admin: "127.0.0.1:0"}`, "admin: \":0\"}\nallow_plaintext: true", 1)
	for _, text := range []string{vendorConfig, everywhere} {
		g, _ := startGateway(t, text, "http://127.0.0.1:1", &lockedBuffer{})
		for _, path := range []string{"/routes", "/log-level", "/debug/pprof/heap"} {
			status, _, body := getPage(t, g.Admin, path)
			require.Equal(t, http.StatusForbidden, status)
			require.Equal(t, path+" is for operators: listen.operator serves it, on loopback\n", body)
		}
		status, _, _ := getPage(t, g.Admin, "/metrics")
		require.Equal(t, http.StatusOK, status)
	}
}

// The level of the log can be seen and set while the gateway runs.
func TestLogLevelIsSet(t *testing.T) {
	gateway := startChild(t, digits(t))
	operator := "http://" + gateway.serving["operator"].(string) + "/log-level"
	require.Equal(t, `{"level":"info"}`+"\n", get(t, operator))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, operator, strings.NewReader(`{"level":"debug"}`))
	require.NoError(t, err)
	answer, err := (&http.Client{}).Do(request)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.Equal(t, "debug", gateway.await(t, "the level of the log was set")["now"])
	require.Equal(t, `{"level":"debug"}`+"\n", get(t, operator))
}
