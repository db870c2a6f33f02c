package vendorhttp_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func TestRawBody(t *testing.T) {
	const content = `{"user":"u-1"}`
	body := vendorhttp.NewRaw("application/json", []byte(content))
	body.Reference = "order-1"
	body.SetHeader("X-Version", "2")
	body.SetSensitiveHeader("Authorization", sensitive.New("Bearer secret-5127"))

	target := serve(t, func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		if string(sent) != content || r.ContentLength != int64(len(content)) || r.Header.Get("Content-Type") != "application/json" ||
			r.Header.Get("X-Version") != "2" || r.Header.Get("Authorization") != "Bearer secret-5127" {
			w.WriteHeader(http.StatusBadRequest)
		}
	})
	answer, failure := vendorhttp.Post(t.Context(), newTransport(t), target, attempt(), body)
	require.Nil(t, failure)
	require.True(t, answer.Succeeded())
	require.Equal(t, "order-1", answer.Exchange().Reference)

	answer.SetText("no such user: Bearer secret-5127, version 2")
	require.Empty(t, answer.Exchange().Text)
	answer.SetText("no such user, version 2")
	require.Equal(t, "no such user, version 2", answer.Exchange().Text)
}

func TestRawBodyCanBeSentAgain(t *testing.T) {
	sent := sentBy(t, vendorhttp.NewRaw("text/plain", []byte("content")))
	for range 2 {
		body, err := sent.GetBody()
		require.NoError(t, err)
		again, err := io.ReadAll(body)
		require.NoError(t, err)
		require.Equal(t, "content", string(again))
	}
}
