package sumsub_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

func refused(status int, code string) string { return samples.SumsubFailed(status)(code) }

func TestSDK(t *testing.T) {
	bad := refused(400, "400")
	set, raw := requests.Set, requests.Raw
	named := func(user string) string { return strings.Replace(samples.SumsubIssued, "user-1", user, 1) }
	requests.Run(t, samples.Sumsub, samples.SumsubSDK(), []step{
		{"issued", nil, 200, samples.SumsubIssued},
		{"without a lifetime", []requests.Edit{requests.Drop("ttlInSecs")}, 200, samples.SumsubIssued},
		{"all members", []requests.Edit{raw("applicantIdentifiers", `{"email":"a@b.example","phone":"1"}`), set("externalActionId", "action-1")}, 200, samples.SumsubIssued},
		{"userId is echoed", []requests.Edit{set("userId", "用户/<1>")}, 200, named("用户/<1>")},
		{"userId escaped", []requests.Edit{raw("userId", `"user-\u003c1\u003e"`)}, 200, named("user-<1>")},
		{"unknown member is ignored", []requests.Edit{set("token", "")}, 200, samples.SumsubIssued},
		{"no userId", []requests.Edit{requests.Drop("userId")}, 400, bad},
		{"userId empty", []requests.Edit{set("userId", "")}, 400, bad},
		{"userId null", []requests.Edit{raw("userId", "null")}, 400, bad},
		{"userId a number", []requests.Edit{raw("userId", "1")}, 400, bad},
		{"no levelName", []requests.Edit{requests.Drop("levelName")}, 400, bad},
		{"levelName a list", []requests.Edit{raw("levelName", `["basic-kyc-level"]`)}, 400, bad},
		{"ttlInSecs null", []requests.Edit{raw("ttlInSecs", "null")}, 200, samples.SumsubIssued},
		{"ttlInSecs as a text", []requests.Edit{set("ttlInSecs", "600")}, 400, bad},
		{"ttlInSecs zero", []requests.Edit{raw("ttlInSecs", "0")}, 400, bad},
		{"ttlInSecs negative", []requests.Edit{raw("ttlInSecs", "-600")}, 400, bad},
		{"ttlInSecs not whole", []requests.Edit{raw("ttlInSecs", "600.5")}, 400, bad},
		{"ttlInSecs beyond 64 bits", []requests.Edit{raw("ttlInSecs", "99999999999999999999")}, 400, bad},
		{"identifiers as a text", []requests.Edit{set("applicantIdentifiers", "a@b.example")}, 400, bad},
		{"email a number", []requests.Edit{raw("applicantIdentifiers", `{"email":1}`)}, 400, bad},
		{"phone a number", []requests.Edit{raw("applicantIdentifiers", `{"phone":1}`)}, 400, bad},
		{"externalActionId a number", []requests.Edit{raw("externalActionId", "1")}, 400, bad},
		{"a member twice", []requests.Edit{requests.Add("userId", "user-2")}, 400, bad},
		{"no object", []requests.Edit{requests.Body("[]")}, 400, bad},
		{"no body", []requests.Edit{requests.Body("")}, 400, bad},
		{"a form", []requests.Edit{requests.Header("Content-Type", "application/x-www-form-urlencoded")}, 400, bad},
		{"most of a MiB", []requests.Edit{requests.Set("externalActionId", strings.Repeat("x", 1<<20-200))}, 200, samples.SumsubIssued},
		{"another path", []requests.Edit{requests.At("/resources/accessTokens?userId=user-1&levelName=basic-kyc-level&ttlInSecs=600")}, 404, refused(404, "404")},
	})
}

func TestSignature(t *testing.T) {
	signed := func(token, secret, at string) []requests.Edit {
		return []requests.Edit{func(r *requests.Request) { r.Sign = samples.SumsubSigned(token, secret, at) }}
	}
	const token, secret = sandbox.DemoSumsubAppToken, sandbox.DemoSumsubSecretKey
	public, _, _ := strings.Cut(token, ".")
	requests.Run(t, samples.Sumsub, samples.SumsubSDK(), []step{
		{"a minute behind", signed(token, secret, "1699999940"), 200, samples.SumsubIssued},
		{"a minute ahead", signed(token, secret, "1700000060"), 200, samples.SumsubIssued},
		{"more than a minute behind", signed(token, secret, "1699999939"), 401, refused(401, "4004")},
		{"more than a minute ahead", signed(token, secret, "1700000061"), 401, refused(401, "4004")},
		{"milliseconds", signed(token, secret, "1700000000000"), 401, refused(401, "4004")},
		{"no number", signed(token, secret, "now"), 401, refused(401, "4005")},
		{"other secret", signed(token, "other", "1700000000"), 401, refused(401, "4003")},
		{"no such token", signed("sbx:other.private", secret, "1700000000"), 401, refused(401, "4001")},
		{"token of production", signed("prd"+token[3:], secret, "1700000000"), 401, refused(401, "4001")},
		{"other private part", signed(public+".other", secret, "1700000000"), 401, refused(401, "4002")},
		{"public part alone", signed(public, secret, "1700000000"), 401, refused(401, "4000")},
		{"no kind", signed(token[4:], secret, "1700000000"), 401, refused(401, "4000")},
		{"no token", []requests.Edit{requests.Forged("X-App-Token", "")}, 401, refused(401, "4006")},
		{"no timestamp", []requests.Edit{requests.Forged("X-App-Access-Ts", "")}, 401, refused(401, "4006")},
		{"no signature", []requests.Edit{requests.Forged("X-App-Access-Sig", "")}, 401, refused(401, "4006")},
		{"another timestamp than was signed", []requests.Edit{requests.Forged("X-App-Access-Ts", "1700000001")}, 401, refused(401, "4003")},
		{"in the body instead", []requests.Edit{requests.Forged("X-App-Access-Sig", ""), requests.Set("X-App-Access-Sig", "0")}, 401, refused(401, "4006")},
		{"signature in capitals", []requests.Edit{func(r *requests.Request) {
			r.After = append(r.After, func(h *http.Request) {
				h.Header.Set("X-App-Access-Sig", strings.ToUpper(h.Header.Get("X-App-Access-Sig")))
			})
		}}, 401, refused(401, "4003")},
		{"signature comes before parameters", append(signed(token, "other", "1700000000"), requests.Drop("userId")), 401, refused(401, "4003")},
	})
}

// The path that is signed has the query.
func TestSignatureOfTheQuery(t *testing.T) {
	server := requests.Serve(t, samples.Sumsub())
	require.Equal(t, 200, requests.Post(t, server, samples.SumsubSDK().Edited(requests.At("/resources/accessTokens/sdk?a=%20b"))).Status)
	whole := samples.SumsubSDK().Edited(requests.At("/resources/accessTokens/sdk?a=b"))
	whole.Sign = func(r *http.Request, body []byte) {
		r.URL.RawQuery = ""
		samples.SumsubSDK().Sign(r, body)
	}
	require.Equal(t, refused(401, "4003")+"\n", requests.Post(t, server, whole).Body)
}

// A body that was changed by a byte is not the one that was signed, however it reads.
func TestSignatureOfTheBody(t *testing.T) {
	valid := samples.SumsubSDK()
	sign := valid.Sign
	valid.Sign = func(r *http.Request, body []byte) { sign(r, append(body, '\n')) }
	require.Equal(t, refused(401, "4003")+"\n", requests.Post(t, requests.Serve(t, samples.Sumsub()), valid).Body)
}

func TestProductionTokens(t *testing.T) {
	o := samples.Options()
	o.Credentials = sandbox.NewCredentials(map[string]string{"prd:public.private": "test_secret_key"})
	valid := samples.SumsubSDK()
	valid.Sign = samples.SumsubSigned("prd:public.private", "test_secret_key", "1700000000")
	require.Equal(t, `{"token":"_act-`+samples.UUID+`","userId":"user-1"}`+"\n", requests.Post(t, requests.Serve(t, sandbox.NewSumsub(o)), valid).Body)
	o.Revoked = func(string) bool { return true }
	require.Equal(t, refused(401, "4001")+"\n", requests.Post(t, requests.Serve(t, sandbox.NewSumsub(o)), valid).Body)
}

func TestLevels(t *testing.T) {
	o := samples.Options()
	o.Sumsub.Levels = []string{"basic-kyc-level"}
	server := requests.Serve(t, sandbox.NewSumsub(o))
	require.Equal(t, 200, requests.Post(t, server, samples.SumsubSDK()).Status)
	require.Equal(t, refused(400, "400")+"\n", requests.Post(t, server, samples.SumsubSDK().Edited(requests.Set("levelName", "other"))).Body)
}

func TestEachRequestHasATokenOfItsOwn(t *testing.T) {
	o := sandbox.Options{Now: samples.Options().Now}
	server := requests.Serve(t, sandbox.NewSumsub(o))
	first, second := requests.Post(t, server, samples.SumsubSDK()), requests.Post(t, server, samples.SumsubSDK())
	require.Equal(t, 200, first.Status)
	require.NotEqual(t, first.Body, second.Body)
}

func TestTooLarge(t *testing.T) {
	long := samples.SumsubSDK().Edited(requests.Set("externalActionId", strings.Repeat("x", 1<<20)))
	require.Equal(t, 413, requests.Post(t, requests.Serve(t, samples.Sumsub()), long).Status)
}
