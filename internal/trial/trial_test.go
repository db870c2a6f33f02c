package trial

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

func TestCitation(t *testing.T) {
	codes := providers.CodeTable{
		{Code: "DENIED", Document: "Acme: get", Section: "Errors"}, {Code: "DENIED:IP", Document: "Acme: get", Section: "Networks"},
	}
	for code, want := range map[string]string{
		"DENIED": "DENIED: Acme: get, Errors", "DENIED:IP": "DENIED:IP: Acme: get, Networks",
		"DENIED:KEY": "DENIED: Acme: get, Errors", "GONE": "none",
	} {
		require.Equal(t, want, citation(codes, code))
	}
}

func TestRecorderSendsOneRequest(t *testing.T) {
	wire := &recorder{over: http.NewFileTransport(http.Dir(t.TempDir())), announce: func(string) {}}
	request := httptest.NewRequest(http.MethodGet, "http://vendor.example/", http.NoBody)
	answer, err := wire.RoundTrip(request)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	_, err = wire.RoundTrip(request) //nolint:bodyclose // there is none
	require.ErrorIs(t, err, errSecondRequest)
}
