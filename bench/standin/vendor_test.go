package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func post(t *testing.T, url, body string) (int, string) {
	t.Helper()
	response, err := http.DefaultClient.Post(url, "text/plain", strings.NewReader(body)) //nolint:forbidigo // the test needs no limits
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(answer)
}

func TestVendorIssuesAndCounts(t *testing.T) {
	v := newVendor()
	server := httptest.NewServer(v)
	defer server.Close()
	for _, want := range []string{"-1", "-2"} {
		status, answer := post(t, server.URL, "twelve bytes")
		require.Equal(t, http.StatusOK, status)
		var token struct {
			Token       string `json:"token"`
			TokenRandom string `json:"token_random_number"`
			Digits      string `json:"random_number"`
			ExpiredTime int64  `json:"expired_time"`
		}
		require.NoError(t, json.Unmarshal([]byte(answer), &token))
		require.True(t, strings.HasSuffix(token.Token, want), answer)
		require.Equal(t, token.Token, token.TokenRandom)
		require.Len(t, token.Digits, 4)
		require.Greater(t, token.ExpiredTime, time.Now().Unix())
	}
	require.EqualValues(t, 2, v.calls.Load())
	require.EqualValues(t, 24, v.bytes.Load())
}

func TestControl(t *testing.T) {
	v := newVendor()
	server, control := httptest.NewServer(v), httptest.NewServer(v.control())
	defer server.Close()
	defer control.Close()

	status, _ := post(t, control.URL+"/latency/20ms", "")
	require.Equal(t, http.StatusOK, status)
	start := time.Now()
	post(t, server.URL, "")
	require.GreaterOrEqual(t, time.Since(start), 20*time.Millisecond)
	status, _ = post(t, control.URL+"/latency/soon", "")
	require.Equal(t, http.StatusBadRequest, status)
	post(t, control.URL+"/latency/0s", "")

	post(t, control.URL+"/hold", "")
	answered := make(chan *httptest.ResponseRecorder)
	go func() {
		answer := httptest.NewRecorder()
		v.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/", http.NoBody))
		answered <- answer
	}()
	require.Eventually(t, func() bool { return v.waiting.Load() == 1 }, 10*time.Second, time.Millisecond)
	post(t, control.URL+"/release", "")
	require.Contains(t, (<-answered).Body.String(), `"token"`)
	require.Zero(t, v.waiting.Load())
}
