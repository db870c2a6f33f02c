package aws_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

func signedBy(change func(*samples.AWSKey)) []requests.Edit {
	key := samples.AWSDemo()
	change(&key)
	return []requests.Edit{func(r *requests.Request) { r.Sign = key.Sign }}
}

func TestSignature(t *testing.T) {
	refused := samples.AWSFailed
	at := func(now string) []requests.Edit { return signedBy(func(k *samples.AWSKey) { k.Now = now }) }
	headers := func(names string) []requests.Edit {
		return signedBy(func(k *samples.AWSKey) { k.Signed = strings.Split(names, ";") })
	}
	forged := func(name, value string) []requests.Edit { return []requests.Edit{requests.Forged(name, value)} }
	changed := func(old, with string) []requests.Edit {
		return []requests.Edit{func(r *requests.Request) {
			r.After = append(r.After, func(h *http.Request) {
				h.Header.Set("Authorization", strings.Replace(h.Header.Get("Authorization"), old, with, 1))
			})
		}}
	}
	requests.Run(t, samples.AWS, samples.FaceLiveness(), []step{
		{"five minutes behind", at("20231114T220820Z"), 200, samples.AWSIssued},
		{"five minutes ahead", at("20231114T221820Z"), 200, samples.AWSIssued},
		{"more than five minutes behind", at("20231114T220819Z"), 400, refused("InvalidSignatureException")},
		{"more than five minutes ahead", at("20231114T221821Z"), 400, refused("InvalidSignatureException")},
		{"content-length signed", headers("content-length;content-type;host;x-amz-date;x-amz-target"), 200, samples.AWSIssued},
		{"the least that is signed", headers("host;x-amz-date;x-amz-target"), 200, samples.AWSIssued},
		{"host not signed", headers("content-type;x-amz-date;x-amz-target"), 400, refused("InvalidSignatureException")},
		{"target not signed", headers("content-type;host;x-amz-date"), 400, refused("InvalidSignatureException")},
		{"not in order", headers("host;content-type;x-amz-date;x-amz-target"), 400, refused("InvalidSignatureException")},
		{"another x-amz- header not signed", []requests.Edit{requests.Header("X-Amz-Other", "x")}, 400, refused("InvalidSignatureException")},
		{"another header not signed", []requests.Edit{requests.Forged("X-Amzn-Trace-Id", "x")}, 200, samples.AWSIssued},
		{"a signed header changed", forged("Content-Type", "application/x-amz-json-1.1; charset=utf-8"), 400, refused("InvalidSignatureException")},
		{"another time than was signed", forged("X-Amz-Date", "20231114T221321Z"), 400, refused("InvalidSignatureException")},
		{"other secret", signedBy(func(k *samples.AWSKey) { k.Secret = "other" }), 400, refused("InvalidSignatureException")},
		{"other region", signedBy(func(k *samples.AWSKey) { k.Region = "eu-west-1" }), 400, refused("InvalidSignatureException")},
		{"other service", signedBy(func(k *samples.AWSKey) { k.Service = "s3" }), 400, refused("InvalidSignatureException")},
		{"unknown key", signedBy(func(k *samples.AWSKey) { k.ID = "OTHER" }), 400, refused("UnrecognizedClientException")},
		{"session token with a lasting key", signedBy(func(k *samples.AWSKey) { k.Session = "session" }), 400, refused("UnrecognizedClientException")},
		{"no Authorization", forged("Authorization", ""), 400, refused("MissingAuthenticationTokenException")},
		{"no X-Amz-Date", forged("X-Amz-Date", ""), 400, refused("IncompleteSignatureException")},
		{"X-Amz-Date of HTTP", forged("X-Amz-Date", "Tue, 14 Nov 2023 22:13:20 GMT"), 400, refused("IncompleteSignatureException")},
		{"another scheme", changed("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"), 400, refused("IncompleteSignatureException")},
		{"no signature in it", changed(", Signature=", ", Signatur="), 400, refused("IncompleteSignatureException")},
		{"signature in capitals", changed("Signature=", "Signature=A"), 400, refused("IncompleteSignatureException")},
		{"date of the scope another day", changed("/20231114/", "/20231115/"), 400, refused("InvalidSignatureException")},
		{"end of the scope", changed("/aws4_request", "/aws3_request"), 400, refused("InvalidSignatureException")},
		{"without blanks", changed(", SignedHeaders", ",SignedHeaders"), 200, samples.AWSIssued},
		{"signature comes before parameters", append(forged("Authorization", ""), requests.Raw("KmsKeyId", "1")), 400, refused("MissingAuthenticationTokenException")},
	})
}

// The vectors of the sheet, which a second implementation made.
func TestSignatureVectors(t *testing.T) {
	const bodyB, tokenT = `{"ClientRequestToken":"4c1f2a90-req-1","Settings":{"AuditImagesLimit":2}}`, "test/session+token/with=signs=="
	for _, v := range []struct {
		body, token string
		length      bool
		signature   string
	}{
		{"{}", "", true, "aaf9966af323e9779a9467e286d426a14d44993ee8f124836ad7bdb4416c62c3"},
		{"{}", "", false, "85635c15017ae218ebe5bdbfe32a63ecd2ac7fa388576306bbaae8c25350dc79"},
		{"{}", tokenT, true, "df3bd5337b26ff1cf3a1ce60c3fd38e9e969a1c48e07b45332bb9d6dcc17b255"},
		{"{}", tokenT, false, "e8946a33f23e3915c312b8be953ba0fa3953f5b7eeb6286a656a93d722106f26"},
		{bodyB, "", true, "e3cba584b9234eed3d43bb14e27a7474101bcdf678897bc6f929a36d6cefb496"},
		{bodyB, tokenT, true, "8befe3b643d03151ce0aa7dd83cb4266858a5bd532f120db6d54519014ae8286"},
	} {
		o := samples.Options()
		o.Credentials = sandbox.NewCredentials(map[string]string{"TESTACCESSKEYID00001": "test-secret-access-key-000000000000001"})
		names := "content-type;host;x-amz-date"
		if v.length {
			names = "content-length;" + names
		}
		if v.token != "" {
			o.Sessions.Tokens = sandbox.NewCredentials(map[string]string{"TESTACCESSKEYID00001": v.token})
			names += ";x-amz-security-token"
		}
		names += ";x-amz-target"
		valid := samples.FaceLiveness().Edited(requests.Body(v.body))
		send := func(signature string) requests.Reply {
			valid.Sign = func(r *http.Request, _ []byte) {
				r.Host = "rekognition.us-east-1.amazonaws.com"
				r.Header.Set("X-Amz-Date", "20231114T221320Z")
				if v.token != "" {
					r.Header.Set("X-Amz-Security-Token", v.token)
				}
				r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=TESTACCESSKEYID00001/20231114/us-east-1/rekognition/aws4_request, SignedHeaders="+names+", Signature="+signature)
			}
			return requests.Post(t, requests.Serve(t, sandbox.NewAWS(o)), valid)
		}
		require.Equal(t, samples.AWSIssued+"\n", send(v.signature).Body)
		require.Equal(t, samples.AWSFailed("InvalidSignatureException")+"\n", send(strings.Repeat("0", 64)).Body)
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
	server := requests.Serve(t, sandbox.NewAWS(o))
	ask := func(session string) string {
		return requests.Post(t, server, samples.FaceLiveness().Edited(signedBy(func(k *samples.AWSKey) {
			k.ID, k.Secret, k.Session = "TEMPORARY", "secret", session
		})...)).Body
	}
	require.Equal(t, samples.AWSIssued+"\n", ask("session"))
	require.Equal(t, samples.AWSFailed("UnrecognizedClientException")+"\n", ask("other"))
	require.Equal(t, samples.AWSFailed("UnrecognizedClientException")+"\n", ask(""))
	ended = true
	require.Equal(t, samples.AWSFailed("ExpiredTokenException")+"\n", ask("session"))
}

func TestRegionOfTheAccount(t *testing.T) {
	o := samples.Options()
	o.AWS.Region = "ap-northeast-1"
	server := requests.Serve(t, sandbox.NewAWS(o))
	require.Equal(t, 400, requests.Post(t, server, samples.FaceLiveness()).Status)
	there := samples.FaceLiveness().Edited(signedBy(func(k *samples.AWSKey) { k.Region = "ap-northeast-1" })...)
	require.Equal(t, 200, requests.Post(t, server, there).Status)
}
