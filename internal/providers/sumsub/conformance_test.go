package sumsub_test

import (
	"testing"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/providertest"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/samples"
	"github.com/liveness-gateway/gateway/internal/providers/sumsub"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func TestConformanceSDK(t *testing.T) { providertest.Run(t, sdk()) }

func FuzzSDK(f *testing.F) { providertest.Fuzz(f, sdk()) }

// The samples are of a request with userId user-1 and ttlInSecs 600.
func TestSamples(t *testing.T) {
	p := sdk()
	p.Minimal.Request = &providers.Request{SubjectID: sensitive.New("user-1")}
	samples.Run(t, "testdata/answers.json", 12, p)
}

// sdk is "Sumsub: Generate access token". The signatures were computed apart from the adapter:
//
//	printf '1700000000POST/resources/accessTokens/sdk%s' "$BODY" | openssl dgst -sha256 -hmac test_secret_key
func sdk() providertest.Product {
	const (
		minimalSign = "56ea3dc5491904aceed2ae1ad46cce61576d96487b459078b0ab34e8042e98c9"
		fullSign    = "581a5d9710a12542306b24c9ab1c9cff404ade35d09a6faf4c7de02a1a45702c"
		targetsSign = "e393c891b0a8c52477b447d0a261d8353b242a569ff2ff13e3e6a42ab8ff6574"
		user        = "user-<9173>"
		correlation = "00112233445566778899aabbccddeeff"
	)
	wire := func(sign, body string) []string {
		return []string{
			"POST /resources/accessTokens/sdk",
			"Content-Type: application/json",
			"X-App-Access-Sig: " + sign,
			"X-App-Access-Ts: 1700000000",
			"X-App-Token: test_app_token",
			body,
		}
	}
	level := map[string]string{"level_name": "basic-kyc-level"}
	return providertest.Product{
		Provider: sumsub.Provider(),
		ID:       "sumsub.sdk",
		Minimal: providertest.Example{
			Request:    &providers.Request{SubjectID: sensitive.New(user)},
			Parameters: level,
			Wire:       wire(minimalSign, `{"userId":"user-<9173>","levelName":"basic-kyc-level","ttlInSecs":600}`),
		},
		Full: providertest.Example{
			Request: &providers.Request{
				SubjectID: sensitive.New(user), Reference: "order-1", TokenLifetime: 30 * time.Minute,
			},
			Parameters: map[string]string{"level_name": `level "2" & more`, "ttl_in_secs": "900"},
			Wire:       wire(fullSign, `{"userId":"user-<9173>","levelName":"level \"2\" & more","ttlInSecs":1800}`),
		},
		Others: map[string]providertest.Example{"the target's lifetime": {
			Request:    &providers.Request{SubjectID: sensitive.New(user)},
			Parameters: map[string]string{"level_name": "basic-kyc-level", "ttl_in_secs": "900"},
			Wire:       wire(targetsSign, `{"userId":"user-<9173>","levelName":"basic-kyc-level","ttlInSecs":900}`),
		}},
		SignsPath: true,
		Success: providertest.Answer{
			Body: `{"token": "_act-sbx-1f2e3d4c-5b6a-4798-8a9b-0c1d2e3f4a5b", "userId": "user-<9173>"}`,
			Token: providers.Token{
				Value:     sensitive.New("_act-sbx-1f2e3d4c-5b6a-4798-8a9b-0c1d2e3f4a5b"),
				SessionID: sensitive.New(user),
				Expiry:    providers.Expiry{Time: providertest.Now().Add(30 * time.Minute), Source: providers.Requested},
			},
		},
		RequestID: correlation,
		Failures: []string{
			`{"description":"refused","code":401,"correlationId":"` + correlation + `","errorCode":"{code}","errorName":"some-name"}`,
			`{"description":"refused","code":"{code}","correlationId":"` + correlation + `"}`,
		},
		ErrorFields: map[string]string{"code": "", "errorCode": ""},
		Statuses: map[int]providers.Reason{
			400: providers.ArgumentRejected,
			401: providers.VendorCredentialsRejected,
			403: providers.VendorPermissionDenied,
		},
		Faults:  map[string]providers.Path{"400": "", "401": ""},
		Secrets: []string{minimalSign, fullSign},
	}
}
