package azure_test

import (
	"strings"
	"testing"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/azure"
	"github.com/liveness-gateway/gateway/internal/providers/providertest"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/samples"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func TestConformanceLiveness(t *testing.T) { providertest.Run(t, liveness()) }

func TestConformanceLivenessWithVerify(t *testing.T) { providertest.Run(t, livenessWithVerify()) }

func FuzzLiveness(f *testing.F) { providertest.Fuzz(f, liveness()) }

func FuzzLivenessWithVerify(f *testing.F) { providertest.Fuzz(f, livenessWithVerify()) }

func TestSamples(t *testing.T) {
	samples.Run(t, "testdata/answers.json", 23, liveness(), livenessWithVerify())
}

const (
	session   = "0b0d5f6e-3f0a-4a53-9d0c-0c6d3f1f2a11"
	authToken = "eyJhbGciOiJFUzI1NiJ9.e30.c2ln"
	requestID = "5f2c9d10-8a7b-4e61-9f03-2b6d1c7e4a58"
	device    = "7ca4be7c-72b1-5fb0-a0c9-15b8194c4d9a"
)

// all are the settings of both products.
func all() map[string]string {
	return map[string]string{
		"liveness_operation_mode": "Passive", "device_correlation_id_set_in_client": "1",
		"auth_token_time_to_live_in_seconds": "900", "enable_session_image": "1",
	}
}

// clients are of a target whose app tells Azure the device.
func clients() map[string]string {
	return map[string]string{"device_correlation_id_set_in_client": "1", "auth_token_time_to_live_in_seconds": "900"}
}

// product is what the documents say of both.
func product(id string) providertest.Product {
	return providertest.Product{
		Provider: azure.Provider(),
		ID:       id,
		Success: providertest.Answer{
			Body: `{"sessionId":"` + session + `","authToken":"` + authToken + `","status":"NotStarted","modelVersion":"2024-11-15","results":{"attempts":[]}}`,
			Token: providers.Token{
				Value:     sensitive.New(authToken),
				SessionID: sensitive.New(session),
				Expiry:    providers.Expiry{Time: providertest.Now().Add(30 * time.Minute), Source: providers.Requested},
				Exchange:  providers.Exchange{RequestID: requestID},
			},
		},
		RequestID: requestID, RequestIDHeader: "Apim-Request-Id",
		Failures: []string{
			`{"error":{"code":"{code}","message":"refused"}}`,
			`{"error":{"code":"BadRequest","message":"refused","innererror":{"code":"{code}","message":"refused"}}}`,
		},
		ErrorFields: map[string]string{"error": ""},
		Statuses: map[int]providers.Reason{
			401: providers.VendorCredentialsRejected,
			403: providers.VendorPermissionDenied,
		},
		Faults: map[string]providers.Path{
			"InvalidTokenLifetime":         "token_lifetime",
			"InvalidDeviceCorrelationId":   "device_id",
			"InvalidLivenessOperationMode": "",
			"InvalidRequestBody":           "",
			"BadArgument":                  "",
			"InvalidRequest":               "",
		},
		Exceptions: map[string]string{
			"request/clock-offset": "a resource's key is sent as it is, nothing is signed (Authentication in Azure AI services)",
		},
	}
}

// liveness is "Create Liveness Session". The body of "the target's lifetime" was made apart from the
// adapter: 137 bytes, SHA-256 7e518128079e36252ad2a33b82547125ef2573caefa19ae37a53556c1ed9745b.
func liveness() providertest.Product {
	wire := func(body string) []string {
		return []string{
			"POST /face/v1.2/detectLiveness-sessions", "Content-Type: application/json",
			"Ocp-Apim-Subscription-Key: test_subscription_key", body,
		}
	}
	p := product("azure.liveness")
	p.Minimal = providertest.Example{
		Request: &providers.Request{DeviceID: sensitive.New(device)},
		Wire:    wire(`{"livenessOperationMode":"PassiveActive","deviceCorrelationId":"` + device + `"}`),
	}
	p.Full = providertest.Example{
		Request: &providers.Request{
			SubjectID: sensitive.New("user-<9173>"), Reference: "order-1",
			DeviceID: sensitive.New(`my "device" <5>`), TokenLifetime: 30 * time.Minute,
		},
		Parameters: all(),
		Wire: wire(`{"livenessOperationMode":"Passive","deviceCorrelationId":"my \"device\" <5>",` +
			`"authTokenTimeToLiveInSeconds":1800,"enableSessionImage":true}`),
	}
	p.Others = map[string]providertest.Example{
		"the target's lifetime": {
			Request:    &providers.Request{DeviceID: sensitive.New(device)},
			Parameters: map[string]string{"auth_token_time_to_live_in_seconds": "600"},
			Wire:       wire(`{"livenessOperationMode":"PassiveActive","deviceCorrelationId":"` + device + `","authTokenTimeToLiveInSeconds":600}`),
		},
		"the client's device": {
			Request:    &providers.Request{},
			Parameters: clients(),
			Wire:       wire(`{"livenessOperationMode":"PassiveActive","deviceCorrelationIdSetInClient":true,"authTokenTimeToLiveInSeconds":900}`),
		},
	}
	return p
}

// livenessWithVerify is "Create Liveness With Verify Session".
func livenessWithVerify() providertest.Product {
	wire := func(parameters ...string) []string {
		return append([]string{
			"POST /face/v1.2/detectLivenessWithVerify-sessions", "Content-Type: multipart/form-data",
			"Ocp-Apim-Subscription-Key: test_subscription_key",
		}, parameters...)
	}
	photo := strings.Repeat("photo-9173-5c1f-", 64) // 1 KB
	photos := []sensitive.Bytes{sensitive.NewBytes([]byte(photo))}
	settings := all()
	settings["verify_confidence_percent"] = "57"

	p := product("azure.liveness-with-verify")
	p.Minimal = providertest.Example{
		Request: &providers.Request{DeviceID: sensitive.New(device), Photos: photos},
		Wire:    wire("livenessOperationMode=PassiveActive", "deviceCorrelationId="+device, "verifyImage=@"+photo),
	}
	p.Full = providertest.Example{
		Request: &providers.Request{
			SubjectID: sensitive.New("user-<9173>"), Reference: "order-1", DeviceID: sensitive.New(device), TokenLifetime: 30 * time.Minute,
			Photos: photos, MultipleFaces: providers.RejectMultipleFaces,
		},
		Parameters: settings,
		Wire: wire("livenessOperationMode=Passive", "deviceCorrelationId="+device, "authTokenTimeToLiveInSeconds=1800",
			"enableSessionImage=true", "verifyConfidenceThreshold=0.57", "verifyImage=@"+photo),
	}
	p.Others = map[string]providertest.Example{"the client's device": {
		Request:    &providers.Request{Photos: photos},
		Parameters: clients(),
		Wire: wire("livenessOperationMode=PassiveActive", "deviceCorrelationIdSetInClient=true",
			"authTokenTimeToLiveInSeconds=900", "verifyImage=@"+photo),
	}}
	p.Faults["InvalidImage"] = "comparison.photos[0]"
	p.Faults["InvalidImageSize"] = "comparison.photos[0]"
	return p
}
