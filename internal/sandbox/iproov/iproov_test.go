package iproov_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/iproov"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

type edits = []requests.Edit

var (
	set, raw, drop = requests.Set, requests.Raw, requests.Drop
	refused        = samples.IProovFailed
)

func TestTokens(t *testing.T) {
	issued := samples.IProovIssued
	of := func(user string) string { return strings.Replace(issued, "user-123", user, 1) }
	for name, valid := range map[string]requests.Request{"enrol": samples.IProovEnrol(), "verify": samples.IProovVerify()} {
		t.Run(name, func(t *testing.T) {
			requests.Run(t, samples.IProov, valid, []step{
				{"issued", nil, 200, issued},
				{"without an assurance type", edits{drop("assurance_type")}, 200, issued},
				{"liveness alone", edits{set("assurance_type", "liveness")}, 200, issued},
				{"a risk profile", edits{set("risk_profile", "high_Risk-1")}, 200, issued[:len(issued)-1] + `,"risk_profile":"high_Risk-1"}`},
				{"an empty risk profile", edits{set("risk_profile", "")}, 200, issued},
				{"every sign of a user id", edits{set("user_id", "aZ09'+_@.-")}, 200, of("aZ09'+_@.-")},
				{"a user id of 256", edits{set("user_id", strings.Repeat("u", 256))}, 200, of(strings.Repeat("u", 256))},
				{"a user id of 257", edits{set("user_id", strings.Repeat("u", 257))}, 400, refused("invalid_user_id")},
				{"another sign", edits{set("user_id", "user:1")}, 400, refused("invalid_user_id")},
				{"a line behind it", edits{set("user_id", "user\n")}, 400, refused("invalid_user_id")},
				{"ideographs", edits{set("user_id", "用户")}, 400, refused("invalid_user_id")},
				{"no user id", edits{drop("user_id")}, 400, refused("invalid_user_id")},
				{"an empty user id", edits{set("user_id", "")}, 400, refused("invalid_user_id")},
				{"user id null", edits{raw("user_id", "null")}, 400, refused("invalid_user_id")},
				{"user id a number", edits{raw("user_id", "1")}, 400, refused("invalid_request")},
				{"no resource", edits{drop("resource")}, 400, refused("missing_data")},
				{"an empty resource", edits{set("resource", "")}, 400, refused("missing_data")},
				{"resource a list", edits{raw("resource", "[]")}, 400, refused("invalid_request")},
				{"another assurance type", edits{set("assurance_type", "Liveness")}, 403, refused("invalid_assurance_type")},
				{"assurance type a number", edits{raw("assurance_type", "1")}, 400, refused("invalid_request")},
				{"a risk profile of 100", edits{set("risk_profile", strings.Repeat("r", 100))}, 200, issued[:len(issued)-1] + `,"risk_profile":"` + strings.Repeat("r", 100) + `"}`},
				{"a risk profile of 101", edits{set("risk_profile", strings.Repeat("r", 101))}, 400, refused("invalid_risk_appetite")},
				{"another sign in it", edits{set("risk_profile", "high risk")}, 400, refused("invalid_risk_appetite")},
				{"unknown members", edits{set("client", "sdk")}, 200, issued},
				{"another key", edits{set("api_key", "other")}, 401, refused("invalid_key")},
				{"another secret", edits{set("secret", "other")}, 401, refused("invalid_key")},
				{"no key", edits{drop("api_key")}, 400, refused("invalid_key")},
				{"no secret", edits{drop("secret")}, 400, refused("invalid_key")},
				{"secret a number", edits{raw("secret", "1")}, 400, refused("invalid_request")},
				{"the key before the rest", edits{set("api_key", "other"), drop("user_id"), drop("resource")}, 401, refused("invalid_key")},
				{"no object", edits{requests.Body("[]")}, 400, refused("invalid_request")},
				{"no body", edits{requests.Body("")}, 400, refused("invalid_request")},
				{"a member twice", edits{requests.Add("user_id", "user-2")}, 400, refused("invalid_request")},
				{"a form", edits{requests.Header("Content-Type", "application/x-www-form-urlencoded")}, 400, refused("invalid_request")},
			})
		})
	}
}

// The request of the documents, to the byte.
func TestBytes(t *testing.T) {
	const body = `{"api_key":"test_api_key","secret":"test_secret","resource":"login","assurance_type":"genuine_presence","user_id":"user-123"}`
	sum := sha256.Sum256([]byte(body))
	require.Equal(t, "b43ff707bad7c59b5f94f1afa2f8a9ecc708733bd77a6785ca8ea2c09b6a5b3a", hex.EncodeToString(sum[:]))
	o := samples.Options()
	o.Credentials = sandbox.NewCredentials(map[string]string{"test_api_key": "test_secret"})
	server := requests.Serve(t, sandbox.NewIProov(o))
	for _, claim := range []string{"enrol", "verify"} {
		got := requests.Send(t, server, http.MethodPost, "/api/v2/claim/"+claim+"/token", "application/json", []byte(body))
		require.Equal(t, 200, got.Status)
		require.Equal(t, samples.IProovIssued+"\n", got.Body)
	}
	got := requests.Send(t, server, http.MethodPost, "/api/v2/claim/other/token", "application/json", []byte(body))
	require.Equal(t, 404, got.Status)
	require.Equal(t, "Not Found", got.Body)
}

func TestUsers(t *testing.T) {
	handler := func() http.Handler {
		o := samples.Options()
		o.IProov = iproov.Portal{Enrolled: []string{"user-123", "gone"}, Suspended: []string{"gone"}}
		return sandbox.NewIProov(o)
	}
	named := strings.Replace(samples.IProovIssued, "user-123", "user-9", 1)
	requests.Run(t, handler, samples.IProovEnrol(), []step{
		{"new", edits{set("user_id", "user-9")}, 200, named},
		{"known", nil, 400, refused("already_enrolled")},
		{"in other case", edits{set("user_id", "USER-123")}, 200, strings.Replace(named, "user-9", "USER-123", 1)},
	})
	requests.Run(t, handler, samples.IProovVerify(), []step{
		{"known", nil, 200, samples.IProovIssued},
		{"new", edits{set("user_id", "user-9")}, 400, refused("no_user")},
		{"suspended", edits{set("user_id", "gone")}, 400, refused("inactive_user")},
	})
}

func TestServiceProvider(t *testing.T) {
	handler := func() http.Handler {
		o := samples.Options()
		o.IProov = iproov.Portal{AssuranceTypes: []string{"liveness"}, RiskProfiles: []string{"high"}}
		return sandbox.NewIProov(o)
	}
	valid := samples.IProovEnrol().Edited(set("assurance_type", "liveness"), set("risk_profile", "high"))
	requests.Run(t, handler, valid, []step{
		{"set up", nil, 200, strings.TrimSuffix(samples.IProovIssued, "}") + `,"risk_profile":"high"}`},
		{"the default is not enabled", edits{drop("assurance_type")}, 403, refused("invalid_assurance_type")},
		{"the other is not", edits{set("assurance_type", "genuine_presence")}, 403, refused("invalid_assurance_type")},
		{"another profile", edits{set("risk_profile", "low")}, 400, refused("invalid_risk_appetite")},
		{"no profile", edits{drop("risk_profile")}, 400, refused("invalid_risk_appetite")},
	})
}
