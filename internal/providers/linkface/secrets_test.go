package linkface

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

var secrets = []string{testID, testSecret, testSign, "TEST_API_ID", "TEST_API_SECRET"}

// printed returns all that can be printed of a failure.
func printed(failure *providers.Error) string {
	return fmt.Sprintf("%v %+v %v %+v %#v", failure, *failure, failure.Cause, failure.Exchange, failure.Exchange)
}

// What the vendor echoes of the credential and the signature, in any field, is neither
// shown nor logged.
func TestEchoedSecrets(t *testing.T) {
	v := newVendor(t, 0, "")
	for _, secret := range []string{testID, testSecret, testSign} {
		for name, body := range map[string]map[string]any{
			"message":        {"code": "1000", "msg": "bad: " + secret + ", " + secret},
			"older reason":   {"status": "UNAUTHORIZED", "reason": "bad: " + secret},
			"request id":     {"code": "1000", "request_id": secret},
			"code":           {"code": secret},
			"status":         {"status": secret},
			"code in words":  {"code": "bad " + secret},
			"code as object": {"code": map[string]any{"sign": secret}},
			"unknown field":  {"code": "1000", "sign": secret},
			"no code":        {"msg": secret},
		} {
			for _, status := range []int{http.StatusOK, http.StatusForbidden} {
				v.status, v.body = status, asJSON(t, body)
				text := printed(v.refuse(t))
				for _, s := range secrets {
					require.NotContains(t, text, s, "%s under %d", name, status)
				}
			}
		}
	}
}

func TestEchoedText(t *testing.T) {
	v := newVendor(t, http.StatusOK, `{"code":"1000","msg":"sign `+testSign+` of `+testID+` is wrong"}`)
	require.Empty(t, v.refuse(t).Exchange.Text)
	v.body = `{"code":"1000","msg":"sign is wrong"}`
	require.Equal(t, "sign is wrong", v.refuse(t).Exchange.Text)
}

// The credential is part of the URL, which an error of the transport might quote.
func TestTransportErrorsHoldNoSecret(t *testing.T) {
	v := newVendor(t, http.StatusOK, success)
	v.config.BaseURL.Host = "127.0.0.1:0"
	text := printed(v.refuse(t))
	for _, s := range secrets {
		require.NotContains(t, text, s)
	}
}

func TestNothingPrintsTheCredential(t *testing.T) {
	v := newVendor(t, http.StatusOK, success)
	opened := open(v.config).(*account)
	for _, verb := range []string{"%v", "%+v", "%#v"} {
		text := fmt.Sprintf(verb+verb, opened.credentials, v.config.Credentials)
		for _, s := range secrets {
			require.NotContains(t, text, s)
		}
	}
}
