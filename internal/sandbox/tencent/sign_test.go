package tencent_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

func signedBy(change func(*samples.TencentKey)) []requests.Edit {
	key := samples.TencentDemo()
	change(&key)
	return []requests.Edit{func(r *requests.Request) { r.Sign = key.Sign }}
}

func TestSignature(t *testing.T) {
	refused := func(tail string) string { return samples.TencentFailed("AuthFailure." + tail) }
	at := func(now int64) []requests.Edit { return signedBy(func(k *samples.TencentKey) { k.Now = now }) }
	headers := func(names string) []requests.Edit {
		return signedBy(func(k *samples.TencentKey) { k.Signed = strings.Split(names, ";") })
	}
	forged := func(name, value string) []requests.Edit { return []requests.Edit{requests.Forged(name, value)} }
	changed := func(old, with string) []requests.Edit {
		return []requests.Edit{func(r *requests.Request) {
			r.After = append(r.After, func(h *http.Request) {
				h.Header.Set("Authorization", strings.Replace(h.Header.Get("Authorization"), old, with, 1))
			})
		}}
	}
	requests.Run(t, samples.Tencent, samples.FaceIDToken(), []step{
		{"five minutes behind", at(samples.ServerTime - 300), 200, samples.FaceIDTokenIssued},
		{"five minutes ahead", at(samples.ServerTime + 300), 200, samples.FaceIDTokenIssued},
		{"more than five minutes behind", at(samples.ServerTime - 301), 200, refused("SignatureExpire")},
		{"more than five minutes ahead", at(samples.ServerTime + 301), 200, refused("SignatureExpire")},
		{"milliseconds", at(samples.ServerTime * 1000), 200, refused("SignatureExpire")},
		{"three headers signed", headers("content-type;host;x-tc-action"), 200, samples.FaceIDTokenIssued},
		{"more headers signed", headers("content-type;host;x-tc-action;x-tc-timestamp;x-tc-version"), 200, samples.FaceIDTokenIssued},
		{"media type not signed", headers("host"), 200, refused("SignatureFailure")},
		{"host not signed", headers("content-type"), 200, refused("SignatureFailure")},
		{"not in order", headers("host;content-type"), 200, refused("SignatureFailure")},
		{"media type other than signed", forged("Content-Type", "application/json; charset=utf-8"), 200, refused("SignatureFailure")},
		{"other secret", signedBy(func(k *samples.TencentKey) { k.Secret = "other" }), 200, refused("SignatureFailure")},
		{"other service", signedBy(func(k *samples.TencentKey) { k.Service = "cvm" }), 200, refused("SignatureFailure")},
		{"unknown id", signedBy(func(k *samples.TencentKey) { k.ID = "AKIDother" }), 200, refused("SecretIdNotFound")},
		{"session token with a lasting key", signedBy(func(k *samples.TencentKey) { k.Session = "session" }), 200, refused("TokenFailure")},
		{"no Authorization", forged("Authorization", ""), 200, refused("InvalidAuthorization")},
		{"another scheme", changed("TC3-HMAC-SHA256", "HmacSHA256"), 200, refused("InvalidAuthorization")},
		{"signature in capitals", changed("Signature=", "Signature=A"), 200, refused("InvalidAuthorization")},
		{"a local date", changed("/2023-11-14/", "/2023-11-15/"), 200, refused("SignatureFailure")},
		{"another timestamp than was signed", forged("X-TC-Timestamp", "1700000001"), 200, refused("SignatureFailure")},
		{"no timestamp", forged("X-TC-Timestamp", ""), 200, samples.TencentFailed("MissingParameter")},
		{"timestamp no number", forged("X-TC-Timestamp", "now"), 200, samples.TencentFailed("InvalidParameterValue")},
		{"no version", forged("X-TC-Version", ""), 200, samples.TencentFailed("MissingParameter")},
		{"another version", forged("X-TC-Version", "2018-03-02"), 200, samples.TencentFailed("NoSuchVersion")},
		{"another action", forged("X-TC-Action", "DescribeRegions"), 200, samples.TencentFailed("InvalidAction")},
		{"another method's path", []requests.Edit{requests.At("/faceid")}, 200, samples.TencentFailed("InvalidAction")},
		{"signature comes before parameters", append(forged("Authorization", ""), requests.Drop("CompareLib")), 200, refused("InvalidAuthorization")},
	})
}

// The vectors of the sheet, which were made by hand.
func TestSignatureVectors(t *testing.T) {
	const id, secret = "AKIDtest0000000000000000000000000000", "test_secret_key"
	for _, v := range []struct {
		action, host, mediaType, signed, body, signature, want string
	}{
		{
			"DetectAuth", "faceid.tencentcloudapi.com", "application/json", "content-type;host",
			`{"RuleId":"1","RedirectUrl":"https://shop.example/done","Extra":"order-1"}`,
			"a592d40d7b31c8f914aa96ca57f8d6e7cfd7a52ddab4c057cc190ebbb8ba2daa", samples.DetectAuthIssued,
		},
		{
			"GetFaceIdTokenIntl", "faceid.intl.tencentcloudapi.com", "application/json; charset=utf-8", "content-type;host;x-tc-action",
			`{"CheckMode":"liveness","SecureLevel":"4","Extra":"order-1"}`,
			"10e1b874ebee91efff9a806eb8e6e6a37115057129188939666c0a1ddedae0ad", samples.FaceIDTokenIntlIssued,
		},
		{
			"GetFaceIdToken", "faceid.tencentcloudapi.com", "application/json", "content-type;host",
			`{"CompareLib":"BUSINESS","IdCard":"11010519491231002X","Name":"测试","Meta":"meta-1","Extra":"order-1"}`,
			"df9d945f611428f39ef9f596d274f97ca949d7aeaa29a5b8a4ac6aaa525d6d68", samples.FaceIDTokenIssued,
		},
	} {
		o := samples.Options()
		o.Credentials = sandbox.NewCredentials(map[string]string{id: secret})
		send := func(signature string) string {
			r := samples.FaceIDTokenIntl().Edited(requests.Body(v.body), requests.Header("X-TC-Action", v.action), requests.Header("Content-Type", v.mediaType))
			r.Sign = func(h *http.Request, _ []byte) {
				h.Host = v.host
				h.Header.Set("X-TC-Timestamp", "1700000000")
				h.Header.Set("Authorization", "TC3-HMAC-SHA256 Credential="+id+"/2023-11-14/faceid/tc3_request, SignedHeaders="+v.signed+", Signature="+signature)
			}
			return requests.Post(t, requests.Serve(t, sandbox.NewTencent(o)), r).Body
		}
		require.Equal(t, v.want+"\n", send(v.signature), v.action)
		require.Equal(t, samples.TencentFailed("AuthFailure.SignatureFailure")+"\n", send(strings.Repeat("0", 64)))
	}
}

// The date of the scope is UTC's, at any hour.
func TestDateOfTheScope(t *testing.T) {
	for _, at := range []int64{1699919999, 1699920000, 1699950000, 1700006399, 1700006400} {
		o := samples.Options()
		o.Now = func() time.Time { return time.Unix(at, 0).In(time.FixedZone("CST", 8*60*60)) }
		r := samples.FaceIDToken().Edited(signedBy(func(k *samples.TencentKey) { k.Now = at })...)
		require.Equal(t, samples.FaceIDTokenIssued+"\n", requests.Post(t, requests.Serve(t, sandbox.NewTencent(o)), r).Body)
	}
}

func TestTemporaryCredentials(t *testing.T) {
	ended := false
	o := samples.Options()
	o.Credentials = sandbox.NewCredentials(map[string]string{"TEMPORARY": "secret"})
	o.Sessions = standin.Sessions{
		Tokens: sandbox.NewCredentials(map[string]string{"TEMPORARY": "session"}),
		Ended:  func(string) bool { return ended },
	}
	server := requests.Serve(t, sandbox.NewTencent(o))
	ask := func(session string) string {
		return requests.Post(t, server, samples.FaceIDToken().Edited(signedBy(func(k *samples.TencentKey) {
			k.ID, k.Secret, k.Session = "TEMPORARY", "secret", session
		})...)).Body
	}
	failure := samples.TencentFailed("AuthFailure.TokenFailure") + "\n"
	require.Equal(t, samples.FaceIDTokenIssued+"\n", ask("session"))
	require.Equal(t, failure, ask("other"))
	require.Equal(t, failure, ask(""))
	ended = true
	require.Equal(t, failure, ask("session"))
}
