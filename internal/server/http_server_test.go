package server_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/routing/state"
	"github.com/liveness-gateway/gateway/internal/server/admin"
	"github.com/liveness-gateway/gateway/internal/server/rest"
)

func newREST(t *testing.T) *http.Server {
	t.Helper()
	return rest.New(newDispatcher(t), &message.Buffers{}, nil, zap.NewStdLog(zap.NewNop()))
}

func newAdmin(ready bool) *http.Server {
	metrics := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "metrics\n") })
	return admin.New(admin.Pages{
		Metrics: metrics, Ready: func() bool { return ready }, Status: func() state.Status { return state.Status{} },
	}, zap.NewStdLog(zap.NewNop()))
}

func TestHTTPServersHaveEveryLimit(t *testing.T) {
	for name, s := range map[string]*http.Server{"rest": newREST(t), "admin": newAdmin(true)} {
		t.Run(name, func(t *testing.T) {
			require.Positive(t, s.ReadHeaderTimeout)
			require.Positive(t, s.ReadTimeout)
			require.Positive(t, s.WriteTimeout)
			require.Positive(t, s.IdleTimeout)
			require.Positive(t, s.MaxHeaderBytes)
			require.Greater(t, s.WriteTimeout, s.ReadTimeout+maxDeadline, "a slow body and a slow vendor leave time to answer")
			require.NotNil(t, s.ErrorLog)
		})
	}
}

func TestAdmin(t *testing.T) {
	for _, c := range []struct {
		method, path string
		ready        bool
		status       int
		body         string
	}{
		{http.MethodGet, "/healthz", true, 200, "ok\n"},
		{http.MethodGet, "/healthz", false, 200, "ok\n"},
		{http.MethodGet, "/readyz", true, 200, "ok\n"},
		{http.MethodGet, "/readyz", false, 503, "shutting down\n"},
		{http.MethodGet, "/metrics", true, 200, "metrics\n"},
		{http.MethodGet, "/metrics", false, 200, "metrics\n"},
		{http.MethodPost, "/metrics", true, 405, "Method Not Allowed\n"},
		{http.MethodGet, "/routes", true, 403, "/routes is for operators: listen.operator serves it, on loopback\n"},
		{http.MethodPut, "/log-level", true, 403, "/log-level is for operators: listen.operator serves it, on loopback\n"},
		{http.MethodPost, "/log-level", true, 405, "Method Not Allowed\n"},
		{http.MethodPost, "/routes", true, 405, "Method Not Allowed\n"},
		{http.MethodGet, "/v1/liveness-tokens", true, 404, "404 page not found\n"},
		{http.MethodGet, "/debug/pprof/", true, 403, "/debug/pprof/ is for operators: listen.operator serves it, on loopback\n"},
	} {
		w := httptest.NewRecorder()
		newAdmin(c.ready).Handler.ServeHTTP(w, httptest.NewRequest(c.method, c.path, http.NoBody))
		require.Equal(t, c.status, w.Code, "%s %s, ready %t", c.method, c.path, c.ready)
		require.Equal(t, c.body, w.Body.String(), "%s %s, ready %t", c.method, c.path, c.ready)
	}
}

// A client that keeps its connection busy must come anew after 9 to 10 minutes.
func TestRESTConnectionAge(t *testing.T) {
	served := newREST(t)
	synctest.Test(t, func(t *testing.T) {
		listener := newPipes()
		go func() { _ = served.Serve(listener) }()
		defer func() { _ = served.Close() }()
		transport := &http.Transport{DialContext: listener.Dial}
		defer transport.CloseIdleConnections()

		begun := time.Now()
		for listener.dialed.Load() < 2 {
			// The first request past the age ends the connection, the next one dials.
			require.LessOrEqual(t, time.Since(begun), 10*time.Minute+2*time.Second, "the connection outlives its age")
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://gateway/healthz", http.NoBody)
			require.NoError(t, err)
			answer, err := transport.RoundTrip(request)
			require.NoError(t, err)
			require.Equal(t, http.StatusOK, answer.StatusCode)
			_, err = io.Copy(io.Discard, answer.Body) // or the connection is not used again
			require.NoError(t, err)
			require.NoError(t, answer.Body.Close())
			time.Sleep(time.Second)
		}
		require.Greater(t, time.Since(begun), 9*time.Minute)
	})
}
