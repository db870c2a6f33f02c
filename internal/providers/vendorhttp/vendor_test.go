package vendorhttp_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/wiretest"
)

// countUp is the random function of the tests.
func countUp(p []byte) {
	for i := range p {
		p[i] = byte(i + 1)
	}
}

// small returns a form of one parameter.
func small() *bodies.Form {
	form := bodies.NewForm(countUp, 2)
	form.Add("name", "value")
	return form
}

// now is the time of every call.
func now() time.Time { return time.Unix(1700000000, 0) }

// attempt returns the call that the tests make, of a request without any field.
func attempt() providers.Call { return providers.Call{Request: &providers.Request{}, Now: now()} }

// serveTLS starts a server whose certificate no transport but its own knows.
func serveTLS(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(answering(http.StatusOK, "{}"))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// answering returns a handler that gives every request the same answer.
func answering(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// reset closes the connection so that the client sees "connection reset".
func reset(conn *net.TCPConn) {
	_ = conn.SetLinger(0)
	_ = conn.Close()
}

// post sends a small form, which must be answered.
func post(t *testing.T, target *url.URL) *vendorhttp.Answer {
	t.Helper()
	answer, failure := vendorhttp.Post(t.Context(), wiretest.NewTransport(t), target, attempt(), small())
	require.Nil(t, failure)
	return answer
}

// fail sends a small form, for which there must be no answer.
func fail(ctx context.Context, t *testing.T, transport http.RoundTripper, target *url.URL) *providers.Error {
	t.Helper()
	answer, failure := vendorhttp.Post(ctx, transport, target, attempt(), small())
	require.Nil(t, answer)
	require.NotNil(t, failure)
	return failure
}

// roundTrip is a transport made of a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// onAnswer returns a transport that calls f between an answer's headers and its body.
func onAnswer(t *testing.T, f func()) http.RoundTripper {
	t.Helper()
	transport := wiretest.NewTransport(t)
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		response, err := transport.RoundTrip(r)
		f()
		return response, err
	})
}
