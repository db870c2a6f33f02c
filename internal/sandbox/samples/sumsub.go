package samples

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
)

// SumsubIssued is a token for "user-1".
const SumsubIssued = `{"token":"_act-sbx-` + UUID + `","userId":"user-1"}`

// SumsubFailed is Sumsub's failed answer under a status; its codes are numbers with a name,
// or a status again.
func SumsubFailed(status int) func(code string) string {
	return func(code string) string {
		number := ""
		if name := sumsubNames[code]; name != "" {
			number = `,"errorCode":` + code + `,"errorName":"` + name + `"`
		}
		return fmt.Sprintf(`{"description":"the request was refused","code":%d,"correlationId":%q%s}`, status, Hex, number)
	}
}

var sumsubNames = map[string]string{
	"4000": "app-token-invalid-format", "4001": "app-token-not-found", "4002": "app-token-private-part-mismatch",
	"4003": "app-token-signature-mismatch", "4004": "app-token-request-expired", "4005": "app-token-invalid-value",
	"4006": "app-token-not-all-auth-params-provided",
}

// SumsubSigned signs with an app token and its secret key for a time.
func SumsubSigned(token, secret, at string) func(*http.Request, []byte) {
	return func(r *http.Request, body []byte) {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(at + r.Method + r.URL.RequestURI() + string(body)))
		for name, value := range map[string]string{
			"X-App-Token": token, "X-App-Access-Ts": at, "X-App-Access-Sig": hex.EncodeToString(mac.Sum(nil)),
		} {
			r.Header.Set(name, value)
		}
	}
}

// SumsubSDK asks for ten minutes for "user-1".
func SumsubSDK() requests.Request {
	return requests.Request{
		Path:   "/resources/accessTokens/sdk",
		Encode: requests.JSON("application/json"),
		Sign:   SumsubSigned(sandbox.DemoSumsubAppToken, sandbox.DemoSumsubSecretKey, "1700000000"),
		Fields: []requests.Field{
			{Name: "userId", Text: "user-1"},
			{Name: "levelName", Text: "basic-kyc-level"},
			{Name: "ttlInSecs", JSON: "600"},
		},
	}
}
