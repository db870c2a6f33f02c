package acme_test

import (
	"testing"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/providertest"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/acme"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func TestConformancePage(t *testing.T) { providertest.Run(t, page()) }

func FuzzPage(f *testing.F) { providertest.Fuzz(f, page()) }

// page is "Acme: Open Session". The signatures were computed apart from the adapter:
//
//	printf 'test_app_key\n1700000000\norder-1' | openssl dgst -sha256 -hmac test_app_secret
func page() providertest.Product {
	const (
		sessionNo   = "0102030405060708090a0b0c0d0e0f10" // of the random source's first 16 bytes
		minimalSign = "v1=f264dbd745527231e9112c4bc7e6a2ea5d1f109c585c55168af4c11013a91108"
		fullSign    = "v1=cc6b6c89968ae66d82747382f18e089efac8fc8573a7c8af1982971ff7887fcf"
		backURL     = "https://shop.example/back"
		trace       = "t-20240101-000017"
	)
	wire := func(sign string, parameters ...string) []string {
		return append([]string{
			"POST /api/v3/sessions",
			"Content-Type: multipart/form-data",
			"X-Acme-Key: test_app_key",
			"X-Acme-Sign: " + sign,
			"X-Acme-Time: 1700000000",
		}, parameters...)
	}
	return providertest.Product{
		Provider: acme.Provider(),
		ID:       "acme.page",
		Minimal: providertest.Example{
			Request: &providers.Request{SubjectID: sensitive.New("user-9173"), ReturnURL: sensitive.New(backURL)},
			Wire:    wire(minimalSign, "session_no="+sessionNo, "user=user-9173", "back_url="+backURL),
			// The adapter makes a number where the caller has none.
			Reference: sessionNo, Made: true,
		},
		Full: providertest.Example{
			Request: &providers.Request{
				SubjectID: sensitive.New("user-9173"),
				Reference: "order-1",
				Photos:    []sensitive.Bytes{sensitive.NewBytes([]byte("photo-9173"))},
				ReturnURL: sensitive.New(backURL),
			},
			Parameters: map[string]string{"layout": "wide"},
			Wire: wire(fullSign, "session_no=order-1", "user=user-9173", "back_url="+backURL,
				"portrait=@photo-9173", "layout=wide"),
			Reference: "order-1",
		},
		Success: providertest.Answer{
			Body: `{"trace": "` + trace + `", "status": "done", "session": "s-7Kd93hQx",` +
				` "page": "https://eu.acme.example/p?s=s-7Kd93hQx", "expires_in": "600"}`,
			Token: providers.Token{
				Value:    sensitive.New("s-7Kd93hQx"),
				Expiry:   providers.Expiry{Time: providertest.Now().Add(10 * time.Minute), Source: providers.VendorStated},
				Client:   providers.Client{URL: sensitive.New("https://eu.acme.example/p?s=s-7Kd93hQx")},
				Exchange: providers.Exchange{RequestID: trace},
			},
		},
		Failures:    []string{`{"trace": "` + trace + `", "status": "failed", "error": "{code}"}`},
		ErrorFields: map[string]string{"error": ""},
		Faults: map[string]providers.Path{
			"bad_value: back_url":   "callback.return_url",
			"bad_value: session_no": "reference",
			"bad_value: portrait":   "comparison.photos",
			"bad_value: layout":     "",
			"bad_value":             "",
			"portrait_no_face":      "comparison.photos",
		},
		Secrets: []string{minimalSign, fullSign},
	}
}
