package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/callers"
)

// limitedCallers returns a configuration with three callers, and their keys by name.
func limitedCallers() (config string, keys map[string]string) {
	config, keys = vendorConfig+`
  - flow: app_sdk
    scenario: loan
    callers: [bank]
    targets: [{account: linkface-test, product: linkface.app}]
callers:
`, map[string]string{}
	for _, c := range []struct{ name, may string }{
		{"shop", "flows: [app_sdk, hosted_page], scenarios: [\"\"], products: [megvii.app-v5, megvii.pc-web], callback_hosts: [shop.example, \"*.pay.example\"]"},
		{"bank", "regions: [cn], max_calls: 1"},
		{"keyer", "accepted_products: [megvii.app-v5], max_idempotency_keys: 1"},
		{"pacer", "rate: 0.01, burst: 2, accepted_products: [linkface.app]"},
	} {
		token, key := callers.NewAPIKey()
		keys[c.name] = token
		config += fmt.Sprintf("  %s: {api_keys: [{name: main, id: %s, sha256: %x}], %s}\n", c.name, key.ID, key.Hash, c.may)
	}
	return config, keys
}

// Of callers, those who are admin see on the admin listener what operators see on their own.
func TestAdminsSeeOperatorsPages(t *testing.T) {
	config := vendorConfig + "callers:\n"
	keys := map[string]string{}
	for _, name := range []string{"bank", "operations"} {
		token, key := callers.NewAPIKey()
		keys[name] = token
		config += fmt.Sprintf("  %s: {api_keys: [{name: main, id: %s, sha256: %x}], admin: %t}\n", name, key.ID, key.Hash, name == "operations")
	}
	vendor := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(vendor.Close)
	g, _ := startGateway(t, config, vendor.URL, &lockedBuffer{})
	for authorization, want := range map[string]int{
		"": http.StatusForbidden, "Bearer " + keys["bank"]: http.StatusForbidden, "Bearer " + keys["operations"]: http.StatusOK,
		"Bearer " + keys["operations"] + "A": http.StatusForbidden,
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+g.Admin+"/routes", http.NoBody)
		require.NoError(t, err)
		if authorization != "" {
			request.Header.Set("Authorization", authorization)
		}
		answer, err := (&http.Client{}).Do(request)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, want, answer.StatusCode)
	}
}

// Operators see who the callers are, what they may and have, and nothing by which anybody
// could show to be one.
func TestRoutesShowCallers(t *testing.T) {
	g, client, keys := startLimited(t, issueAll)
	const call = `{"flow": "FLOW_APP_SDK", "acceptedProducts": ["megvii.app-v5"], "idempotencyKey": "k-1"}`
	callAs(t, g, client, keys["keyer"], call)
	callAs(t, g, client, keys["pacer"], `{"flow": "FLOW_APP_SDK"}`)
	page := get(t, "http://"+g.Operator+"/routes")
	var shown struct{ Callers []json.RawMessage }
	require.NoError(t, json.Unmarshal([]byte(page), &shown))
	require.Len(t, shown.Callers, 4)
	for i, want := range []string{
		`{"name": "shop", "admin": false, "identified_by": ["api_key"], "calls_in_flight": 0, "photo_bytes_in_flight": 0,
			"flows": ["app_sdk", "hosted_page"], "scenarios": [""], "products": ["megvii.app-v5", "megvii.pc-web"],
			"callback_hosts": ["shop.example", "*.pay.example"]}`,
		`{"name": "bank", "admin": false, "identified_by": ["api_key"], "calls_in_flight": 0, "photo_bytes_in_flight": 0,
			"regions": ["cn"], "max_calls": 1}`,
		`{"name": "keyer", "admin": false, "identified_by": ["api_key"], "calls_in_flight": 0, "photo_bytes_in_flight": 0,
			"accepted_products": ["megvii.app-v5"], "idempotency_keys": {"held": 1, "max": 1}}`,
	} {
		require.JSONEq(t, want, string(shown.Callers[i]))
	}
	var pacer struct{ Rate struct{ Burst, Left float64 } }
	require.NoError(t, json.Unmarshal(shown.Callers[3], &pacer))
	require.InDelta(t, 2, pacer.Rate.Burst, 0)
	require.InDelta(t, 0, pacer.Rate.Left, 0.9, "of its two calls at once")
	for _, key := range keys {
		_, rest, _ := strings.Cut(key, "_")
		id, secret, _ := strings.Cut(rest, "_")
		require.NotContains(t, page, id)
		require.NotContains(t, page, secret)
		require.NotContains(t, page, fmt.Sprintf("%x", sha256.Sum256([]byte(secret))))
	}
	answer, err := (&http.Client{}).Get("http://" + g.Admin + "/routes")
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusForbidden, answer.StatusCode)
	require.NotContains(t, string(body), "keyer")
}

// answered is what a caller gets over either transport.
type answered struct {
	product string // of a call that issued a token
	status  *statuspb.Status
	http    int
	wait    time.Duration // as the transport itself says it
}

// callAs makes the call of the caller whose key that is, over both transports.
func callAs(t *testing.T, g *started, client livenessv1.LivenessServiceClient, key, request string) map[string]answered {
	t.Helper()
	message := &livenessv1.IssueLivenessTokenRequest{}
	require.NoError(t, protojson.Unmarshal([]byte(request), message))
	var trailer metadata.MD
	ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+key)
	response, err := client.IssueLivenessToken(ctx, message, grpc.Trailer(&trailer))
	overGRPC := answered{product: response.GetProduct(), status: status.Convert(err).Proto()}
	if pushback := trailer.Get("grpc-retry-pushback-ms"); err != nil && pushback[0] != "-1" {
		milliseconds, err := strconv.Atoi(pushback[0])
		require.NoError(t, err)
		overGRPC.wait = time.Duration(milliseconds) * time.Millisecond
	}

	post, err := http.NewRequestWithContext(t.Context(), http.MethodPost, g.restURL(), strings.NewReader(request))
	require.NoError(t, err)
	post.Header.Set("Content-Type", "application/json")
	post.Header.Set("Authorization", "Bearer "+key)
	answer, err := (&http.Client{}).Do(post)
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	overREST := answered{http: answer.StatusCode}
	if answer.StatusCode == http.StatusOK {
		var issued struct{ Product string }
		require.NoError(t, json.Unmarshal(body, &issued))
		overREST.product = issued.Product
	} else {
		overREST.status = &statuspb.Status{}
		require.NoError(t, protojson.Unmarshal(body, overREST.status))
	}
	if seconds := answer.Header.Get("Retry-After"); seconds != "" {
		n, err := strconv.Atoi(seconds)
		require.NoError(t, err)
		overREST.wait = time.Duration(n) * time.Second
	}
	return map[string]answered{"grpc": overGRPC, "rest": overREST}
}

// details returns the reason and the first field at fault of a failed call, what may be used
// instead, and how long to wait.
func (a *answered) details(t *testing.T) (reason, field, cure string, wait time.Duration) {
	t.Helper()
	for _, packed := range a.status.GetDetails() {
		detail, err := packed.UnmarshalNew()
		require.NoError(t, err)
		switch d := detail.(type) {
		case *errdetails.ErrorInfo:
			reason = d.GetReason()
		case *errdetails.BadRequest:
			field, cure = d.GetFieldViolations()[0].GetField(), d.GetFieldViolations()[0].GetDescription()
		case *errdetails.RetryInfo:
			wait = d.GetRetryDelay().AsDuration()
		}
	}
	return reason, field, cure, wait
}

func startLimited(t *testing.T, vendor http.HandlerFunc) (g *started, client livenessv1.LivenessServiceClient, keys map[string]string) {
	t.Helper()
	s := httptest.NewServer(vendor)
	t.Cleanup(s.Close)
	config, keys := limitedCallers()
	g, client = startGateway(t, config, s.URL, &lockedBuffer{})
	return g, client, keys
}

// issueAll answers as each vendor does that issues a token.
func issueAll(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	_, _ = io.WriteString(w, `{"biz_token":"1,t-1","token":"t-1","status":"OK","code":1000,"data":{"token":"t-1"}}`)
}

// What a caller may not do is refused alike over both transports, with the field and what it
// may use instead; what it may do goes where its own routes and lists say.
func TestWhatCallersMay(t *testing.T) {
	g, client, keys := startLimited(t, issueAll)
	const page = `{"flow": "FLOW_HOSTED_PAGE", "callback": {"returnUrl": "https://%s/r", "notifyUrl": "https://%s/n"}}`
	for name, c := range map[string]struct {
		caller, request           string
		reason, field, cure, code string
		http                      int
		product                   string
	}{
		"its own product":         {caller: "shop", request: `{"flow": "FLOW_APP_SDK"}`, product: "megvii.app-v5"},
		"several are left":        {caller: "bank", request: `{"flow": "FLOW_APP_SDK", "acceptedProducts": ["linkface.app"]}`, reason: "CALLER_NOT_ALLOWED", field: "regions", cure: "this caller may use cn", code: "PERMISSION_DENIED", http: 403},
		"another flow":            {caller: "shop", request: `{"flow": "FLOW_SPOKEN_DIGITS"}`, reason: "CALLER_NOT_ALLOWED", field: "flow", cure: "this caller may use FLOW_APP_SDK, FLOW_HOSTED_PAGE", code: "PERMISSION_DENIED", http: 403},
		"another's scenario":      {caller: "shop", request: `{"flow": "FLOW_APP_SDK", "scenario": "loan"}`, reason: "CALLER_NOT_ALLOWED", field: "scenario", cure: "this caller may use none", code: "PERMISSION_DENIED", http: 403},
		"a route of another":      {caller: "pacer", request: `{"flow": "FLOW_APP_SDK", "scenario": "loan"}`, reason: "INVALID_REQUEST", field: "scenario", cure: "no route is configured for it", code: "INVALID_ARGUMENT", http: 400},
		"another product":         {caller: "shop", request: `{"flow": "FLOW_APP_SDK", "acceptedProducts": ["linkface.app"]}`, reason: "CALLER_NOT_ALLOWED", field: "accepted_products", cure: "this caller may use megvii.app-v5, megvii.pc-web", code: "PERMISSION_DENIED", http: 403},
		"its hosts":               {caller: "shop", request: fmt.Sprintf(page, "SHOP.example.", "a.pay.example:8443"), product: "megvii.pc-web"},
		"another host":            {caller: "shop", request: fmt.Sprintf(page, "shop.example", "pay.example"), reason: "CALLBACK_NOT_ALLOWED", field: "callback.notify_url", cure: "this caller may use hosts shop.example, *.pay.example", code: "PERMISSION_DENIED", http: 403},
		"a host in the user":      {caller: "shop", request: fmt.Sprintf(page, "shop.example@evil.example", "shop.example"), reason: "INVALID_REQUEST", field: "callback.return_url", cure: "must not hold a user or a password", code: "INVALID_ARGUMENT", http: 400},
		"a host that looks alike": {caller: "shop", request: fmt.Sprintf(page, "shop.example.evil.example", "shop.example"), reason: "CALLBACK_NOT_ALLOWED", field: "callback.return_url", cure: "this caller may use hosts shop.example, *.pay.example", code: "PERMISSION_DENIED", http: 403},
	} {
		t.Run(name, func(t *testing.T) {
			for transport, got := range callAs(t, g, client, keys[c.caller], c.request) {
				if c.product != "" {
					require.Equal(t, c.product, got.product, "%s: %v", transport, got.status)
					continue
				}
				reason, field, cure, wait := got.details(t)
				want := c.field
				if transport == "rest" {
					want = strings.NewReplacer("accepted_products", "acceptedProducts", "return_url", "returnUrl", "notify_url", "notifyUrl").Replace(want)
					require.Equal(t, c.http, got.http)
				}
				require.Equal(t, []string{c.reason, want, c.cure, c.code},
					[]string{reason, field, cure, code.Code(got.status.GetCode()).String()}, transport)
				require.Zero(t, wait)
				require.Zero(t, got.wait)
			}
		})
	}
}

// Beyond its rate a caller is told how long to wait, before its message is read: a call that
// is wrong has cost as much. Others do not notice.
func TestCallersHaveARate(t *testing.T) {
	g, client, keys := startLimited(t, issueAll)
	wrong := `{"flow": "FLOW_APP_SDK", "scenario": "NO!"}`
	for transport, got := range callAs(t, g, client, keys["pacer"], wrong) {
		reason, _, _, _ := got.details(t)
		require.Equal(t, "INVALID_REQUEST", reason, transport)
	}
	for transport, got := range callAs(t, g, client, keys["pacer"], wrong) {
		reason, field, _, wait := got.details(t)
		require.Equal(t, "CALLER_QUOTA_EXCEEDED", reason, transport)
		require.Empty(t, field)
		require.Equal(t, "RESOURCE_EXHAUSTED", code.Code(got.status.GetCode()).String())
		require.Greater(t, wait, 80*time.Second, transport) // the test has taken some of the 100
		require.LessOrEqual(t, wait, 120*time.Second)
		require.GreaterOrEqual(t, got.wait, wait, "not sooner")
		require.Less(t, got.wait-wait, time.Second)
		if transport == "rest" {
			require.Equal(t, http.StatusTooManyRequests, got.http)
		}
	}
	for transport, got := range callAs(t, g, client, keys["shop"], `{"flow": "FLOW_APP_SDK"}`) {
		require.Equal(t, "megvii.app-v5", got.product, transport)
	}
	require.Contains(t, get(t, "http://"+g.Admin+"/metrics"), `liveness_gateway_caller_requests_total{blame="caller",caller="pacer",reason="CALLER_QUOTA_EXCEEDED"} 2`)
}

// A caller has as many calls in flight as it may, and metrics say so.
func TestCallersHaveABoundInFlight(t *testing.T) {
	arrived, leave := make(chan struct{}), make(chan struct{})
	g, client, keys := startLimited(t, func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-leave
		issueAll(w, r)
	})
	held := make(chan error)
	go func() {
		ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+keys["bank"])
		_, err := client.IssueLivenessToken(ctx, &livenessv1.IssueLivenessTokenRequest{
			Flow: livenessv1.Flow_FLOW_APP_SDK, AcceptedProducts: []string{"megvii.app-v5"},
		})
		held <- err
	}()
	<-arrived
	for transport, got := range callAs(t, g, client, keys["bank"], `{"flow": "FLOW_APP_SDK"}`) {
		reason, _, _, wait := got.details(t)
		require.Equal(t, "CALLER_QUOTA_EXCEEDED", reason, transport)
		require.Equal(t, time.Second, wait)
	}
	metrics := get(t, "http://"+g.Admin+"/metrics")
	for _, series := range []string{
		`caller_calls_inflight{caller="bank"} 1`, `caller_calls_limit{caller="bank"} 1`, `caller_calls_inflight{caller="shop"} 0`,
		`caller_photo_bytes_inflight{caller="shop"} 0`,
	} {
		require.Contains(t, metrics, "liveness_gateway_"+series+"\n")
	}
	require.NotContains(t, metrics, `caller_calls_limit{caller="shop"}`)
	close(leave)
	require.NoError(t, <-held)
}

// A caller has as many idempotency keys as it may: a new one is refused until one of its own
// is free, over both transports, and costs nothing. What it has is repeated all the while, and
// others do not notice.
func TestCallersHaveABoundOfIdempotencyKeys(t *testing.T) {
	g, client, keys := startLimited(t, issueAll)
	keyed := func(key string) string {
		return `{"flow": "FLOW_APP_SDK", "acceptedProducts": ["megvii.app-v5"], "idempotencyKey": "` + key + `"}`
	}
	for range 2 {
		for transport, got := range callAs(t, g, client, keys["keyer"], keyed("first")) {
			require.NotEmpty(t, got.product, "%s: %v", transport, got.status)
		}
		for transport, got := range callAs(t, g, client, keys["keyer"], keyed("second")) {
			reason, field, _, wait := got.details(t)
			require.Equal(t, "CALLER_QUOTA_EXCEEDED", reason, transport)
			require.Empty(t, field)
			require.Equal(t, "RESOURCE_EXHAUSTED", code.Code(got.status.GetCode()).String())
			require.Contains(t, got.status.GetMessage(), "too many idempotency keys of the caller")
			require.Greater(t, wait, 59*time.Minute, "replay_time")
			require.LessOrEqual(t, wait, 72*time.Minute)
			require.GreaterOrEqual(t, got.wait, wait, "not sooner")
			if transport == "rest" {
				require.Equal(t, http.StatusTooManyRequests, got.http)
			}
		}
		for transport, got := range callAs(t, g, client, keys["keyer"], `{"flow": "FLOW_APP_SDK"}`) {
			require.NotEmpty(t, got.product, "%s without a key: %v", transport, got.status)
		}
		for transport, got := range callAs(t, g, client, keys["shop"], keyed("second")) {
			require.NotEmpty(t, got.product, "%s of another: %v", transport, got.status)
		}
	}
	metrics := get(t, "http://"+g.Admin+"/metrics")
	for _, series := range []string{
		`caller_idempotency_keys{caller="keyer"} 1`, `caller_idempotency_keys_limit{caller="keyer"} 1`,
		`idempotency_total{outcome="over_quota"} 4`, `caller_requests_total{blame="caller",caller="keyer",reason="CALLER_QUOTA_EXCEEDED"} 4`,
	} {
		require.Contains(t, metrics, "liveness_gateway_"+series+"\n")
	}
	require.NotContains(t, metrics, `caller_idempotency_keys{caller="shop"}`)
}

// A plan is the caller's own.
func TestPlanOfACaller(t *testing.T) {
	_, keys := limitedCallers()
	require.Len(t, keys, 4)
	for _, c := range []struct{ caller, request, want, failure string }{
		{"", `{"flow": "FLOW_APP_SDK", "scenario": "login", "acceptedProducts": ["megvii.app-v5", "linkface.app"]}`, "linkface-test", ""},
		{"shop", `{"flow": "FLOW_APP_SDK", "scenario": "login", "acceptedProducts": ["megvii.app-v5", "linkface.app"]}`, "this caller may use megvii.app-v5", ""},
		{"shop", `{"flow": "FLOW_SPOKEN_DIGITS"}`, "this caller may use FLOW_APP_SDK", "no target would be tried: CALLER_NOT_ALLOWED"},
		{"bank", `{"flow": "FLOW_APP_SDK"}`, "callers   bank", ""},
		{"nobody", `{"flow": "FLOW_APP_SDK"}`, "", `--caller: the configuration has no caller "nobody"`},
	} {
		var output bytes.Buffer
		command := planCommand()
		command.SilenceErrors, command.SilenceUsage = true, true
		command.SetIn(strings.NewReader(c.request))
		command.SetOut(&output)
		t.Setenv("TEST_KEY", "k")
		t.Setenv("TEST_SECRET", "s")
		command.SetArgs([]string{"--config", "testdata/plan/callers.yaml", "--request", "-", "--caller", c.caller})
		err := command.ExecuteContext(t.Context())
		if c.failure == "" {
			require.NoError(t, err)
		} else {
			require.EqualError(t, err, c.failure)
		}
		require.Contains(t, output.String(), c.want)
	}
}
