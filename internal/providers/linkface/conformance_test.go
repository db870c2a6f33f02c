package linkface_test

import (
	"testing"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/linkface"
	"github.com/liveness-gateway/gateway/internal/providers/providertest"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func TestConformanceApp(t *testing.T) { providertest.Run(t, app()) }

// app is "SDK get_token". The document leaves open the unit of the timestamp; the
// signature is the SHA-256 of test_api_id, test_api_secret and the timestamp.
func app() providertest.Product {
	const (
		sequenceID = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"
		signature  = "7ac7e0f690be21fe4bbfe4126d6b6fc2f3abd8fbad6b9cd20a10c151a3d87350"
		requestID  = "TID2af751b4bff24be781d60af10bf84101"
	)
	wire := func(detectionType string) []string {
		return []string{
			"POST /v2/sdk/get_token?sequence_id=" + sequenceID + "&api_id=test_api_id",
			"Content-Type: multipart/form-data",
			"detection_type=" + detectionType,
			"timestamp=1700000000000",
			"sign=" + signature,
		}
	}
	return providertest.Product{
		Provider: linkface.Provider(),
		ID:       "linkface.app",
		Minimal: providertest.Example{
			Request: &providers.Request{}, Wire: wire("liveness"), Reference: sequenceID,
		},
		Full: providertest.Example{
			Request: &providers.Request{
				SubjectID: sensitive.New("subject-5c1f"), Reference: "order-1", Detection: providers.DetectIDCard,
			},
			Wire: wire("idcard_ocr"), Reference: sequenceID,
		},
		Others: map[string]providertest.Example{
			"bank-card": {
				Request: &providers.Request{Detection: providers.DetectBankCard},
				Wire:    wire("bankcard_ocr"), Reference: sequenceID,
			},
		},
		Success: providertest.Answer{
			Body: `{"request_id":"` + requestID + `","code":"0000","msg":"调用成功",` +
				`"data":{"token":"dstj2af751b4bff24be781d60af10bf84101"},"charge":2}`,
			Token: providers.Token{
				Value:    sensitive.New("dstj2af751b4bff24be781d60af10bf84101"),
				Expiry:   providers.Expiry{Time: providertest.Now().Add(5 * time.Minute), Source: providers.DocumentedDefault},
				Exchange: providers.Exchange{RequestID: requestID, Billed: providers.BilledNo, Text: "调用成功"},
			},
		},
		Failures: []string{
			`{"request_id":"` + requestID + `","code":"{code}","msg":"服务无权限","charge":2}`,
			`{"request_id":"` + requestID + `","status":"{code}","reason":"no permission"}`, // older API
		},
		ErrorFields: map[string]string{"code": "0000"},
		Faults:      map[string]providers.Path{"1001": "", "1002": "", "INVALID_ARGUMENT": ""},
		Secrets:     []string{signature},
		Exceptions: map[string]string{
			"answer/token-under-error-status": "code 0000 says success, and the code decides at any HTTP status: " +
				"the document gives none for errors",
		},
	}
}
