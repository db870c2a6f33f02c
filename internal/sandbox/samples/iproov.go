package samples

import (
	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
)

// IProovIssued is a token for "user-123".
const IProovIssued = `{"fallback":[],"token":"` + Hex + Hex + `","primary":"iproov","user_id":"user-123","pod":"edge01.eu1"}`

// IProovFailed is iProov's failed answer.
func IProovFailed(code string) string {
	return `{"error":"` + code + `","error_description":"the request was refused"}`
}

// IProovEnrol asks for a token for a user who is not known yet.
func IProovEnrol() requests.Request { return iProov("enrol") }

// IProovVerify asks for one for a user who is.
func IProovVerify() requests.Request { return iProov("verify") }

func iProov(claim string) requests.Request {
	return requests.Request{
		Path:   "/api/v2/claim/" + claim + "/token",
		Encode: requests.JSON("application/json"),
		Fields: []requests.Field{
			{Name: "api_key", Text: sandbox.DemoIProovAPIKey},
			{Name: "secret", Text: sandbox.DemoIProovSecret},
			{Name: "resource", Text: "login"},
			{Name: "assurance_type", Text: "genuine_presence"},
			{Name: "user_id", Text: "user-123"},
		},
	}
}
