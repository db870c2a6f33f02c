package iproov_test

import (
	"testing"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/iproov"
	"github.com/liveness-gateway/gateway/internal/providers/providertest"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/samples"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func TestConformanceCaptureEnrol(t *testing.T) { providertest.Run(t, captureEnrol()) }

func TestConformanceVerify(t *testing.T) { providertest.Run(t, verify()) }

func FuzzCaptureEnrol(f *testing.F) { providertest.Fuzz(f, captureEnrol()) }

func FuzzVerify(f *testing.F) { providertest.Fuzz(f, verify()) }

// The samples are of a request with user_id user-9173@shop.example.
func TestSamples(t *testing.T) {
	enrol := captureEnrol()
	enrol.Minimal.Request = enrol.Full.Request
	samples.Run(t, "testdata/answers.json", 16, enrol, verify())
}

const (
	user  = "user-9173@shop.example"
	token = "3f6a0c1d2e4b5978a6b7c8d9e0f10213243546576879808a9bacbdcedff00112"
)

// claim is what the documents say of both products; answered is how an answer names the user.
func claim(id, answered string) providertest.Product {
	return providertest.Product{
		Provider: iproov.Provider(),
		ID:       id,
		Success: providertest.Answer{
			Body: `{"fallback":[],"token":"` + token + `","primary":"iproov","user_id":` + answered + `,"pod":"edge01.eu1"}`,
			Token: providers.Token{
				Value:  sensitive.New(token),
				Expiry: providers.Expiry{Time: providertest.Now().Add(2 * time.Minute), Source: providers.DocumentedDefault},
				Client: providers.Client{
					Endpoint:   providertest.BaseURL,
					Parameters: map[string]sensitive.String{"user_id": sensitive.New(user)},
				},
			},
		},
		Failures:    []string{`{"error":"{code}","error_description":"refused"}`},
		ErrorFields: map[string]string{"error": ""},
		Faults: map[string]providers.Path{
			"invalid_user_id":       "subject_id",
			"no_user":               "subject_id",
			"inactive_user":         "subject_id",
			"already_enrolled":      "subject_id",
			"missing_data":          "",
			"invalid_risk_appetite": "",
			"invalid_request":       "",
		},
		Exceptions: map[string]string{
			"answer/no-request-id": "no answer has an id of the request (OpenAPI 2.13.0)",
			"request/clock-offset": "key and secret are sent as they are, nothing is signed (Capture enrol API)",
		},
	}
}

func wire(path, body string) []string {
	return []string{"POST /api/v2/claim/" + path, "Content-Type: application/json", body}
}

const keys = `{"api_key":"test_api_key","secret":"test_secret",`

func login() map[string]string { return map[string]string{"resource": "login"} }

// everything are all settings.
func everything() map[string]string {
	return map[string]string{"resource": `shop "1" & more`, "assurance_type": "liveness", "risk_profile": "strict_1"}
}

const settings = `"resource":"shop \"1\" & more","assurance_type":"liveness","risk_profile":"strict_1",`

// captureEnrol is "iProov: Capture enrol API". The body of "the vendor's default" was made apart from
// the adapter: 125 bytes, SHA-256 b43ff707bad7c59b5f94f1afa2f8a9ecc708733bd77a6785ca8ea2c09b6a5b3a.
func captureEnrol() providertest.Product {
	const made = "0102030405060708090a0b0c0d0e0f10" // of the random source's first 16 bytes
	p := claim("iproov.capture-enrol", "null")
	p.Minimal = providertest.Example{
		Request: &providers.Request{}, Parameters: login(),
		Wire: wire("enrol/token", keys+`"resource":"login","user_id":"`+made+`"}`),
	}
	p.Full = providertest.Example{
		Request:    &providers.Request{SubjectID: sensitive.New(user), Reference: "order-1"},
		Parameters: everything(),
		Wire:       wire("enrol/token", keys+settings+`"user_id":"`+user+`"}`),
	}
	p.Others = map[string]providertest.Example{"the vendor's default": {
		Request:    &providers.Request{SubjectID: sensitive.New("user-123")},
		Parameters: map[string]string{"resource": "login", "assurance_type": "genuine_presence"},
		Wire:       wire("enrol/token", keys+`"resource":"login","assurance_type":"genuine_presence","user_id":"user-123"}`),
	}}
	return p
}

// verify is "iProov: Verify enrolled users API".
func verify() providertest.Product {
	p := claim("iproov.verify", `"`+user+`"`)
	p.Minimal = providertest.Example{
		Request: &providers.Request{SubjectID: sensitive.New(user)}, Parameters: login(),
		Wire: wire("verify/token", keys+`"resource":"login","user_id":"`+user+`"}`),
	}
	p.Full = providertest.Example{
		Request:    &providers.Request{SubjectID: sensitive.New(user), Reference: "order-1"},
		Parameters: everything(),
		Wire:       wire("verify/token", keys+settings+`"user_id":"`+user+`"}`),
	}
	return p
}
