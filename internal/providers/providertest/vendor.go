package providertest

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers/providertest/wire"
)

// vendor is the server that an adapter talks to. It answers one call after the other
// with answer, at any host and path, and records what it was sent.
type vendor struct {
	*httptest.Server

	answer http.HandlerFunc
	// header is what every answer has.
	header http.Header
	// forgetful says to record nothing.
	forgetful bool

	mu       sync.Mutex
	requests [][]string
}

// clockOffset is how far the vendor's clock, as its Date header states it, is ahead of
// the gateway's.
const clockOffset = 7 * time.Second

func vendorTime() time.Time { return Now().Add(clockOffset).UTC() }

func newVendor(tb testing.TB) *vendor {
	tb.Helper()
	v := &vendor{header: make(http.Header)}
	v.Server = httptest.NewServer(v)
	tb.Cleanup(v.Close)
	return v
}

// ServeHTTP answers when the whole request has arrived.
func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if v.forgetful {
		_, _ = io.Copy(io.Discard, r.Body)
	} else {
		lines := wire.Lines(r)
		v.mu.Lock()
		v.requests = append(v.requests, lines)
		v.mu.Unlock()
	}
	maps.Copy(w.Header(), v.header)
	w.Header().Set("Date", vendorTime().Format(http.TimeFormat))
	v.answer(w, r)
}

// received returns the requests that have arrived so far.
func (v *vendor) received() [][]string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.requests
}

// answering returns a handler that gives every request the same answer. The header is
// given by names and values.
func answering(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for pair := range slices.Chunk(header, 2) {
			w.Header().Set(pair[0], pair[1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// hang returns when the client has disconnected, and after 5 s at the latest.
func hang(_ http.ResponseWriter, r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-time.After(5 * time.Second):
	}
}

// audit is the transport that an adapter is given. It counts calls and open bodies.
type audit struct {
	http.RoundTripper

	// answered is called when the header of an answer has arrived.
	answered func()
	calls    atomic.Int32
	// open is how many answers' bodies are not closed.
	open atomic.Int32
}

func (a *audit) RoundTrip(r *http.Request) (*http.Response, error) {
	a.calls.Add(1)
	response, err := a.RoundTripper.RoundTrip(r)
	if a.answered != nil {
		a.answered()
	}
	if err == nil {
		a.open.Add(1)
		response.Body = &auditedBody{response.Body, sync.OnceFunc(func() { a.open.Add(-1) })}
	}
	return response, err
}

// auditedBody is the body of an answer. It calls closed when it is closed.
type auditedBody struct {
	io.ReadCloser
	closed func()
}

func (b *auditedBody) Close() error {
	b.closed()
	return b.ReadCloser.Close()
}
