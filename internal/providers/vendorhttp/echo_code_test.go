package vendorhttp_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// A code is shown in capitals, in which base64 can no longer be decoded.
func TestCodesInBase64AreNotShown(t *testing.T) {
	const secret = "kQwErTyUiOpAsDfGhJkL"
	for _, code := range []string{
		base64.StdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
		base64.StdEncoding.EncodeToString([]byte("x" + secret)), base64.StdEncoding.EncodeToString([]byte("xy" + secret)),
	} {
		form := vendorhttp.NewForm(countUp)
		form.Hide(sensitive.New(secret))
		answer, failure := vendorhttp.Post(t.Context(), &http.Transport{}, serve(t, answering(http.StatusOK, "{}")), attempt(), form)
		require.Nil(t, failure)
		require.False(t, answer.Shows(strings.Trim(strings.ToUpper(code), "=0123456789")))
		require.True(t, answer.Shows("SERVICE_IS_BUSY"))
	}
}
