package record

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOneRequestIsSent(t *testing.T) {
	exchange := &Exchange{Over: http.NewFileTransport(http.Dir(t.TempDir())), Announce: func(string) {}}
	request := httptest.NewRequest(http.MethodGet, "http://vendor.example/", http.NoBody)
	answer, err := exchange.RoundTrip(request)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	_, err = exchange.RoundTrip(request) //nolint:bodyclose // there is none
	require.ErrorIs(t, err, errSecondRequest)
}
