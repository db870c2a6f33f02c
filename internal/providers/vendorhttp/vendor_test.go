package vendorhttp_test

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
)

// countUp is the random function of the tests; boundary is what it gives.
func countUp(p []byte) {
	for i := range p {
		p[i] = byte(i + 1)
	}
}

const boundary = "0102030405060708090a0b0c0d0e0f10"

// small returns a form of one parameter.
func small() *vendorhttp.Form {
	form := vendorhttp.NewForm(countUp)
	form.Add("name", "value")
	return form
}

// now is the time of every call.
func now() time.Time { return time.Unix(1700000000, 0) }

// attempt returns the call that the tests make, of a request without any field.
func attempt() providers.Call { return providers.Call{Request: &providers.Request{}, Now: now()} }

// newTransport returns a transport of the test's own.
func newTransport(t *testing.T) *http.Transport {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

// serveTLS starts a server whose certificate no transport but its own knows.
func serveTLS(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(answering(http.StatusOK, "{}"))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// serve starts a server and returns its address with a path.
func serve(t *testing.T, handler http.HandlerFunc) *url.URL {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return parse(t, server.URL+"/v1/token")
}

// answering returns a handler that gives every request the same answer.
func answering(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// listen starts a TCP server: talk is called with each connection, which is closed
// when it returns.
func listen(t *testing.T, talk func(*net.TCPConn)) *url.URL {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var talks sync.WaitGroup
	talks.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			talks.Go(func() {
				talk(conn.(*net.TCPConn))
				_ = conn.Close()
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		talks.Wait()
	})
	return parse(t, "http://"+listener.Addr().String()+"/v1/token")
}

// readRequest reads one request to its last byte.
func readRequest(conn io.Reader) {
	request, err := http.ReadRequest(bufio.NewReader(conn))
	if err == nil {
		_, _ = io.Copy(io.Discard, request.Body)
	}
}

// waitForClient returns when the client has closed the connection.
func waitForClient(conn io.Reader) { _, _ = io.Copy(io.Discard, conn) }

// reset closes the connection so that the client sees "connection reset".
func reset(conn *net.TCPConn) {
	_ = conn.SetLinger(0)
	_ = conn.Close()
}

func parse(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	require.NoError(t, err)
	return u
}

// post sends a small form, which must be answered.
func post(t *testing.T, target *url.URL) *vendorhttp.Answer {
	t.Helper()
	answer, failure := vendorhttp.Post(t.Context(), newTransport(t), target, attempt(), small())
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

// expiring is a context whose deadline passes when the test calls expire.
type expiring struct {
	context.Context
	done chan struct{}
	once sync.Once
}

func newExpiring(t *testing.T) *expiring {
	t.Helper()
	return &expiring{Context: t.Context(), done: make(chan struct{})}
}

func (e *expiring) expire() { e.once.Do(func() { close(e.done) }) }

func (e *expiring) Done() <-chan struct{} { return e.done }

func (e *expiring) Err() error {
	select {
	case <-e.done:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// roundTrip is a transport made of a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// onAnswer returns a transport that calls f between an answer's headers and its body.
func onAnswer(t *testing.T, f func()) http.RoundTripper {
	t.Helper()
	transport := newTransport(t)
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		response, err := transport.RoundTrip(r)
		f()
		return response, err
	})
}
