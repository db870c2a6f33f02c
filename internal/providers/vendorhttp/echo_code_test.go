package vendorhttp_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/wiretest"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// A code is shown in capitals, in which base64 can no longer be decoded.
func TestCodesInBase64AreNotShown(t *testing.T) {
	// The shorter ones are no longer than a word of a code in base64.
	for _, secret := range []string{"kQwErTyUiOpAsDfGhJkL", "kQwErTyUiOpA", "kQwErTyUiOp", "kQwErTyUiO", "kQwErT"} {
		for _, code := range []string{
			base64.StdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
			base64.StdEncoding.EncodeToString([]byte("x" + secret)), base64.StdEncoding.EncodeToString([]byte("xy" + secret)),
			base64.StdEncoding.EncodeToString([]byte(secret + "z")), base64.StdEncoding.EncodeToString([]byte("x" + secret + "yz")),
		} {
			form := bodies.NewForm(countUp, 2)
			form.Hide(sensitive.New(secret))
			answer, failure := vendorhttp.Post(t.Context(), &http.Transport{}, wiretest.Serve(t, answering(http.StatusOK, "{}")), attempt(), form)
			require.Nil(t, failure)
			code = strings.ToUpper(strings.TrimRight(code, "="))
			require.False(t, answer.Shows(code), "%s in %s", secret, code)
			require.False(t, answer.Shows("BAD_KEY:"+code), "%s in %s", secret, code)
			require.True(t, answer.Shows("SERVICE_IS_BUSY"))
		}
	}
}
