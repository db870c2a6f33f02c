package aliyun_test

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

func signedBy(change func(*samples.AliyunKey)) edits {
	key := samples.AliyunDemo()
	change(&key)
	return edits{func(r *requests.Request) { r.Sign = key.Sign }}
}

func TestSignature(t *testing.T) {
	issued, refused := samples.AliyunIssued, samples.AliyunFailed
	at := func(now string) edits { return signedBy(func(k *samples.AliyunKey) { k.Now = now }) }
	headers := func(names string) edits {
		return signedBy(func(k *samples.AliyunKey) { k.Signed = strings.Split(names, ";") })
	}
	forged := func(name, value string) edits { return edits{requests.Forged(name, value)} }
	changed := func(old, with string) edits {
		return edits{func(r *requests.Request) {
			r.After = append(r.After, func(h *http.Request) {
				h.Header.Set("Authorization", strings.Replace(h.Header.Get("Authorization"), old, with, 1))
			})
		}}
	}
	const own = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"
	requests.Run(t, samples.Aliyun, samples.FaceVerify(), []step{
		{"15 minutes behind", at("2023-11-14T21:58:20Z"), 200, issued},
		{"15 minutes ahead", at("2023-11-14T22:28:20Z"), 200, issued},
		{"more than 15 minutes behind", at("2023-11-14T21:58:19Z"), 400, refused("InvalidTimeStamp.Expired")},
		{"more than 15 minutes ahead", at("2023-11-14T22:28:21Z"), 400, refused("InvalidTimeStamp.Expired")},
		{"seconds", at("1700000000"), 400, refused("InvalidTimeStamp.Format")},
		{"with a zone", at("2023-11-14T22:13:20+00:00"), 400, refused("InvalidTimeStamp.Format")},
		{"all signed", headers(own), 200, issued},
		{"host not signed", headers(strings.TrimPrefix(own, "host;")), 400, refused("SignatureDoesNotMatch")},
		{"action not signed", headers(strings.Replace(own, "x-acs-action;", "", 1)), 400, refused("SignatureDoesNotMatch")},
		{"not in order", headers(strings.Replace(own, "host;x-acs-action", "x-acs-action;host", 1)), 400, refused("SignatureDoesNotMatch")},
		{"one header more", forged("X-Acs-Trace", "1"), 400, refused("SignatureDoesNotMatch")},
		{"other secret", signedBy(func(k *samples.AliyunKey) { k.Secret = "other" }), 400, refused("SignatureDoesNotMatch")},
		{"other key", signedBy(func(k *samples.AliyunKey) { k.ID = "other" }), 404, refused("InvalidAccessKeyId.NotFound")},
		{"a session token that there is not", signedBy(func(k *samples.AliyunKey) { k.Session = "s" }), 404, refused("InvalidSecurityToken.MismatchWithAccessKey")},
		{"another nonce than signed", forged("X-Acs-Signature-Nonce", "2"), 400, refused("SignatureDoesNotMatch")},
		{"hash of another body", forged("X-Acs-Content-Sha256", strings.Repeat("0", 64)), 400, refused("SignatureDoesNotMatch")},
		{"no date", forged("X-Acs-Date", ""), 400, refused("MissingParameter")},
		{"no nonce", forged("X-Acs-Signature-Nonce", ""), 400, refused("MissingParameter")},
		{"no hash", forged("X-Acs-Content-Sha256", ""), 400, refused("MissingParameter")},
		{"no signature", forged("Authorization", ""), 400, refused("IncompleteSignature")},
		{"half a signature", changed(",Signature", ",S"), 400, refused("IncompleteSignature")},
		{"blanks after commas", changed(",SignedHeaders", ", SignedHeaders"), 400, refused("IncompleteSignature")},
		{"another method", changed("ACS3-HMAC-SHA256", "ACS3-HMAC-SM3"), 400, refused("InvalidSignatureMethod")},
		{"the query escaped in another way", edits{func(r *requests.Request) {
			r.After = append(r.After, func(h *http.Request) { h.URL.RawQuery = strings.ReplaceAll(h.URL.RawQuery, "_", "%5f") })
		}}, 200, issued},
	})
	requests.Run(t, samples.Aliyun, samples.FaceVerify().Edited(inBody("Model", "LIVENESS")), []step{
		{"with a body", nil, 200, issued},
		{"media type not signed", headers(own), 400, refused("SignatureDoesNotMatch")},
		{"media type other than signed", forged("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"), 400, refused("SignatureDoesNotMatch")},
	})
}

// B of the vectors, which was computed apart from this.
func TestVector(t *testing.T) {
	const id, secret = "test-access-key-id", "test-access-key-secret"
	r := samples.FaceVerifyCard().Edited(
		set("CertName", "测试甲"), set("CertifyUrlStyle", "L"), set("MetaInfo", `{"deviceType":"h5","ua":"Mozilla/5.0 (test)"}`),
		set("ReturnUrl", "https://return.example.com/done?a=1&b=2"), inBody("Model", "MOVE_ACTION"),
	)
	r.Sign = func(h *http.Request, _ []byte) {
		h.Host = samples.AliyunHost
		for name, value := range map[string]string{
			"X-Acs-Date": "2026-01-02T03:04:05Z", "X-Acs-Signature-Nonce": "0123456789abcdef0123456789abcdef",
			"X-Acs-Content-Sha256": "254c0497e2900996e087cb831a0df8aaf700cad8b1aa28620ba2324f731eaca4",
			"Authorization": "ACS3-HMAC-SHA256 Credential=" + id + ",SignedHeaders=content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;" +
				"x-acs-signature-nonce;x-acs-version,Signature=20bff1ed532f277b0cd7b6db6564a02edd7ac6b56e3e67aa90000e093f0a2532",
		} {
			h.Header.Set(name, value)
		}
	}
	o := samples.Options()
	o.Credentials = sandbox.NewCredentials(map[string]string{id: secret})
	o.Now = func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }
	server := requests.Serve(t, sandbox.NewAliyun(o))
	require.Equal(t, samples.AliyunLongPage+"\n", requests.Post(t, server, r).Body)
	require.Equal(t, samples.AliyunFailed("SignatureNonceUsed")+"\n", requests.Post(t, server, r).Body)
	other := requests.Post(t, server, r.Edited(requests.Forged("X-Acs-Signature-Nonce", "1")))
	require.Equal(t, samples.AliyunFailed("SignatureDoesNotMatch")+"\n", other.Body)
}

// A nonce is not used up by a request that is refused for something before it.
func TestNonces(t *testing.T) {
	server := requests.Serve(t, samples.Aliyun())
	once := samples.FaceVerify().Edited(signedBy(func(k *samples.AliyunKey) { k.Nonce = "once" })...)
	forged := samples.FaceVerify().Edited(signedBy(func(k *samples.AliyunKey) { k.Nonce, k.Secret = "once", "other" })...)
	require.Equal(t, samples.AliyunFailed("SignatureDoesNotMatch")+"\n", requests.Post(t, server, forged).Body)
	require.Equal(t, samples.AliyunIssued+"\n", requests.Post(t, server, once).Body)
	again := requests.Post(t, server, once)
	require.Equal(t, samples.AliyunFailed("SignatureNonceUsed")+"\n", again.Body)
	require.Equal(t, 400, again.Status)
	require.Equal(t, samples.AliyunIssued+"\n", requests.Post(t, server, samples.FaceVerify()).Body)
}

func TestTemporaryCredentials(t *testing.T) {
	ended := false
	o := samples.Options()
	o.Credentials = sandbox.NewCredentials(map[string]string{"TEMPORARY": "secret"})
	o.Sessions = standin.Sessions{
		Tokens: sandbox.NewCredentials(map[string]string{"TEMPORARY": "session"}),
		Ended:  func(string) bool { return ended },
	}
	server := requests.Serve(t, sandbox.NewAliyun(o))
	ask := func(session string) string {
		return requests.Post(t, server, samples.FaceVerify().Edited(signedBy(func(k *samples.AliyunKey) {
			k.ID, k.Secret, k.Session = "TEMPORARY", "secret", session
		})...)).Body
	}
	require.Equal(t, samples.AliyunIssued+"\n", ask("session"))
	require.Equal(t, samples.AliyunFailed("InvalidSecurityToken.MismatchWithAccessKey")+"\n", ask("other"))
	require.Equal(t, samples.AliyunFailed("InvalidSecurityToken.MismatchWithAccessKey")+"\n", ask(""))
	ended = true
	require.Equal(t, samples.AliyunFailed("InvalidSecurityToken.Expired")+"\n", ask("session"))
}
