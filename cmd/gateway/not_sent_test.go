package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

// A product that sent no photo answers as if there had been one: the next target serves.
func TestRefusalOfWhatWasNotSentFailsOver(t *testing.T) {
	for body, status := range map[string]int{
		"Request Entity Too Large":               http.StatusRequestEntityTooLarge,
		`{"error":"NO_FACE_FOUND: image_ref1"}`:  http.StatusBadRequest,
		`{"error":"INVALID_NAME_FORMAT"}`:        http.StatusBadRequest,
		`{"status":503,"error":"Unavailable"}`:   http.StatusServiceUnavailable,
		`{"error":{"code":408,"message":"..."}}`: http.StatusRequestTimeout,
	} {
		vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			if r.URL.Path == "/v2/sdk/get_token" {
				_, _ = io.WriteString(w, `{"code":"0000","data":{"token":"t-1"}}`)
				return
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}))
		t.Cleanup(vendor.Close)
		_, client := startGateway(t, vendorConfig, vendor.URL, &lockedBuffer{})
		request := fullRequest("megvii.app-v5")
		request.AcceptedProducts = append(request.AcceptedProducts, "linkface.app")
		response, err := client.IssueLivenessToken(t.Context(), request)
		require.NoError(t, err, body)
		require.Equal(t, "linkface.app", response.GetProduct(), body)
	}
}
