package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// parityCase is one of testdata/parity: a request, how the vendors behave, and what
// must come of it over either transport.
type parityCase struct {
	Name string
	// Before are calls that were made before.
	Before []struct {
		Request map[string]any
		Vendors map[string]behaviour
	}
	Request map[string]any
	Timeout string
	// Vendors is the behaviour of accounts; the others issue tokens.
	Vendors map[string]behaviour
	Want    struct {
		Product  string
		Code     string
		HTTP     int
		Reason   string
		Field    string
		Retry    string
		RuledOut int `yaml:"ruled_out"`
		Replayed bool
		// Unavailable are the targets that might not be tried, and why; each says when it may.
		Unavailable []string
		// Called are the targets asked, in order, as account/product.
		Called []string
		// CalledUpTo replaces Called where a rate that was just found decides how many of
		// them are asked.
		CalledUpTo []string `yaml:"called_up_to"`
	}

	// began is when its first call did.
	began time.Time
}

type behaviour struct {
	Status int
	Body   string
	Hang   bool
	Reset  bool
}

func TestParity(t *testing.T) {
	t.Setenv("TEST_KEY", "test-key-5127")
	t.Setenv("TEST_SECRET", "test-secret-5127")
	config, err := os.ReadFile("testdata/parity/gateway.yaml")
	require.NoError(t, err)

	total := 0
	config = bytes.Replace(config, []byte(`rest: "127.0.0.1:0"`), []byte(`rest: "`+*parityREST+`"`), 1)
	for _, name := range []string{"success", "refused", "failed", "repeated"} {
		text, err := os.ReadFile(filepath.Join("testdata", "parity", name+".yaml"))
		require.NoError(t, err)
		var cases []parityCase
		require.NoError(t, yaml.UnmarshalWithOptions(text, &cases, yaml.Strict()))
		total += len(cases)
		for _, c := range cases {
			t.Run(name+"/"+c.Name, func(t *testing.T) {
				if *parityProxy == "" { // before which one gateway listens at a time
					t.Parallel()
				}
				c.run(t, c.config(string(config)))
			})
		}
	}
	require.GreaterOrEqual(t, total, 80)
}

// transport makes one call of a case.
type transport func(t *testing.T, g *started, client livenessv1.LivenessServiceClient, request []byte) observation

// run makes the calls of the case over each transport. Each finds a gateway that holds nothing
// against the vendors.
func (c *parityCase) run(t *testing.T, text string) {
	t.Helper()
	vendors := &scriptedVendors{}
	server := httptest.NewServer(vendors)
	t.Cleanup(server.Close)
	cfg, err := parseConfig("parity.yaml", []byte(strings.ReplaceAll(text, "URL", server.URL)))
	require.NoError(t, err)
	over := func(name string, call transport, field string) {
		t.Run(name, func(t *testing.T) {
			g, client := startConfigured(t, cfg, io.Discard)
			c.check(t, c.play(t, vendors, func(request []byte) observation { return call(t, g, client, request) }), field)
		})
	}
	over("REST", c.callREST, jsonPath(c.Want.Field))
	if *parityProxy != "" {
		return // Prism knows no gRPC, and takes each part of a form for text
	}
	over("gRPC", c.callGRPC, c.Want.Field)
	if c.hasPhotos() {
		over("REST form", c.callForm, jsonPath(c.Want.Field))
	}
}

func (c *parityCase) callGRPC(t *testing.T, _ *started, client livenessv1.LivenessServiceClient, request []byte) observation {
	t.Helper()
	return overGRPC(t, client, request, c.Timeout)
}

// config makes attempts at accounts that hang end soon. The others have time enough on a
// busy machine, too.
func (c *parityCase) config(text string) string {
	for account, behaviour := range c.Vendors {
		if behaviour.Hang {
			prefix := "path_prefix: /" + account + "\n    timeout: "
			text = strings.Replace(text, prefix+"4s", prefix+"2s", 1)
		}
	}
	return text
}

// play makes the calls of the case, and returns what came of the last.
func (c *parityCase) play(t *testing.T, vendors *scriptedVendors, call func(request []byte) observation) observation {
	t.Helper()
	c.began = time.Now()
	for _, before := range c.Before {
		vendors.play(before.Vendors)
		call(expand(t, before.Request))
	}
	vendors.play(c.Vendors)
	got := call(expand(t, c.Request))
	got.called = vendors.called()
	return got
}

// observation is what a caller and the vendors saw of one call.
type observation struct {
	response *livenessv1.IssueLivenessTokenResponse
	status   *statuspb.Status
	// http is 0 over gRPC.
	http int
	// proxied says that Prism passed the call on, and violations what it held against it.
	proxied    bool
	violations []struct {
		Location []string
		Message  string
	}
	// retry is how long the transport's own header says to wait, "" if it does not.
	retry  string
	called []string
}

func overGRPC(t *testing.T, client livenessv1.LivenessServiceClient, request []byte, timeout string) observation {
	t.Helper()
	message := &livenessv1.IssueLivenessTokenRequest{}
	require.NoError(t, protojson.Unmarshal(request, message))
	ctx := t.Context()
	if timeout != "" {
		limit, err := time.ParseDuration(timeout)
		require.NoError(t, err)
		ctx = stated{ctx, time.Now().Add(limit)}
	}
	var trailer metadata.MD
	response, err := client.IssueLivenessToken(ctx, message, grpc.Trailer(&trailer))
	got := observation{response: response, status: status.Convert(err).Proto()}
	if pushback := trailer.Get("grpc-retry-pushback-ms"); err != nil {
		require.Len(t, pushback, 1)
		if milliseconds, _ := strconv.Atoi(pushback[0]); milliseconds >= 0 {
			got.retry = (time.Duration(milliseconds) * time.Millisecond).String()
		}
	}
	return got
}

// stated is a context that states a deadline and does not end at it, so that the caller
// sees the gateway's answer however late it comes.
type stated struct {
	context.Context
	deadline time.Time
}

// Deadline returns what is stated.
func (s stated) Deadline() (time.Time, bool) { return s.deadline, true }

// checkRetry checks when the caller is told to come again: when the case says, give or take the
// fifth by which callers are spread, in whole seconds over REST. What is waited for may have
// begun with the case, and a rate that was just found may have a token sooner.
func (c *parityCase) checkRetry(t *testing.T, got string) {
	t.Helper()
	if c.Want.Retry == "" || got == "" {
		require.Equal(t, c.Want.Retry, got, "when to try again")
		return
	}
	want, err := time.ParseDuration(c.Want.Retry)
	require.NoError(t, err)
	told, err := time.ParseDuration(got)
	require.NoError(t, err)
	least, most := (want-time.Since(c.began))*4/5, want*6/5
	if told%time.Second == 0 {
		most = (most + time.Second - 1).Truncate(time.Second)
	}
	require.Positive(t, told)
	require.LessOrEqual(t, told, most)
	if len(c.Want.CalledUpTo) == 0 {
		require.GreaterOrEqual(t, told, least)
	}
}

func (c *parityCase) check(t *testing.T, got observation, field string) {
	t.Helper()
	if len(c.Want.CalledUpTo) > 0 {
		require.NotEmpty(t, got.called)
		require.Equal(t, c.Want.CalledUpTo[:min(len(got.called), len(c.Want.CalledUpTo))], got.called, "the targets called")
	} else {
		require.Equal(t, c.Want.Called, got.called, "the targets called")
	}
	c.checkRetry(t, got.retry)
	if c.Want.Product != "" {
		require.Empty(t, got.status.GetDetails(), "failed: %v", got.status)
		require.Equal(t, c.Want.Product, got.response.GetProduct())
		c.checkIssuer(t, got.response)
		require.NotEmpty(t, got.response.GetToken())
		require.Equal(t, c.Want.Replayed, got.response.GetReplayed())
		if !c.Want.Replayed {
			require.Len(t, got.response.GetAttempts(), len(c.Want.Called))
		}
		return
	}
	require.Equal(t, c.Want.Code, code.Code(got.status.GetCode()).String())
	if got.http != 0 {
		require.Equal(t, c.Want.HTTP, got.http)
	}
	c.checkDetails(t, got.status, len(got.called), field)
}

// checkIssuer checks that the answer names the account that issued the token.
func (c *parityCase) checkIssuer(t *testing.T, response *livenessv1.IssueLivenessTokenResponse) {
	t.Helper()
	last := response.GetAttempts()[len(response.GetAttempts())-1]
	require.Equal(t, "OK", last.GetReason())
	require.Equal(t, last.GetAccount(), response.GetAccount())
	require.NotEmpty(t, response.GetRegion())
	require.Equal(t, last.GetRegion(), response.GetRegion())
	require.Equal(t, last.GetRegion(), response.GetClient().GetRegion())
}

func (c *parityCase) checkDetails(t *testing.T, got *statuspb.Status, attempts int, field string) {
	t.Helper()
	var reason, violated, retry string
	ruledOut, requestID := 0, ""
	var unavailable []string
	for _, packed := range got.GetDetails() {
		detail, err := packed.UnmarshalNew()
		require.NoError(t, err)
		switch d := detail.(type) {
		case *errdetails.ErrorInfo:
			reason = d.GetReason()
			require.Equal(t, "liveness-gateway", d.GetDomain())
		case *errdetails.BadRequest:
			violated = d.GetFieldViolations()[0].GetField()
			require.Contains(t, got.GetMessage(), ": "+violated+": "+d.GetFieldViolations()[0].GetDescription())
			for _, v := range d.GetFieldViolations() {
				require.Equal(t, reason, v.GetReason())
			}
		case *errdetails.RetryInfo:
			retry = d.GetRetryDelay().AsDuration().String()
		case *errdetails.RequestInfo:
			requestID = d.GetRequestId()
		case *livenessv1.IssueFailure:
			ruledOut = len(d.GetRuledOut())
			for _, target := range d.GetUnavailable() {
				unavailable = append(unavailable, target.GetAccount()+"/"+target.GetProduct()+" "+target.GetWhy())
				require.WithinDuration(t, time.Now(), target.GetRetryTime().AsTime(), time.Minute)
			}
			require.Len(t, d.GetAttempts(), attempts)
		}
	}
	require.Equal(t, c.Want.Reason, reason)
	require.Equal(t, field, violated)
	c.checkRetry(t, retry)
	require.Equal(t, c.Want.RuledOut, ruledOut, "targets ruled out")
	require.Equal(t, c.Want.Unavailable, unavailable, "targets that might not be tried")
	require.NotEmpty(t, requestID)
}

// scriptedVendors behaves as the case says and notes who was called.
type scriptedVendors struct {
	mu     sync.Mutex
	script map[string]behaviour
	calls  []string
}

func (v *scriptedVendors) play(script map[string]behaviour) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.script, v.calls = script, nil
}

func (v *scriptedVendors) called() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.calls
}

// endpoints are the products by their documented paths, and a token of each.
var endpoints = map[string]struct{ product, token string }{
	"/lite/raw/get_random_number": {"megvii.random-number", `{"token_random_number":"t-1","random_number":"0042"}`},
	"/liveness/v2/get_token":      {"megvii.pc-web", `{"token":"t-1","expired_time":4102444800}`},
	"/lite/get_token":             {"megvii.lite-page", `{"token":"t-1","expired_time":4102444800}`},
	"/v5/sdk/get_biz_token":       {"megvii.app-v5", `{"biz_token":"1,t-1"}`},
	"/lite/raw/get_token":         {"megvii.h5-flash", `{"token":"t-1"}`},
	"/v2/sdk/get_token":           {"linkface.app", `{"code":"0000","data":{"token":"t-1"},"charge":2}`},
}

func (v *scriptedVendors) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	account, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	endpoint := endpoints["/"+path]
	v.mu.Lock()
	v.calls = append(v.calls, account+"/"+endpoint.product)
	b, scripted := v.script[account]
	v.mu.Unlock()
	switch {
	case !scripted:
		_, _ = io.WriteString(w, endpoint.token)
	case b.Hang:
		<-r.Context().Done()
	case b.Reset:
		panic(http.ErrAbortHandler)
	default:
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(b.Status)
		_, _ = io.WriteString(w, b.Body)
	}
}

// repeated is "{{3 x}}" for xxx, or "{{3 zeros}}" for three zero bytes in base64.
var repeated = regexp.MustCompile(`\{\{(\d+) ([^}]+)\}\}`)

// expand returns the request as JSON with repetitions written out.
func expand(t *testing.T, request map[string]any) []byte {
	t.Helper()
	compact, err := json.Marshal(request)
	require.NoError(t, err)
	return repeated.ReplaceAllFunc(compact, func(match []byte) []byte {
		parts := repeated.FindSubmatch(match)
		n, _ := strconv.Atoi(string(parts[1]))
		if string(parts[2]) == "zeros" {
			return []byte(base64.StdEncoding.EncodeToString(make([]byte, n)))
		}
		return bytes.Repeat(parts[2], n)
	})
}

// jsonPath spells a proto path as JSON does.
func jsonPath(path string) string {
	words := strings.Split(path, "_")
	for i := 1; i < len(words); i++ {
		words[i] = strings.ToUpper(words[i][:1]) + words[i][1:]
	}
	return strings.Join(words, "")
}
