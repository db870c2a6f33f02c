// Package vendorhttp makes the one HTTP request of an attempt and classifies the answer as far as HTTP
// alone determines what it means. It knows no vendor: adapters decode bodies and have the code tables.
package vendorhttp

import (
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/liveness-gateway/gateway/internal/inflate"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
)

const (
	// maxAnswerBytes bounds what is read of an answer, decompressed. The largest documented answer
	// is below 2 KiB.
	maxAnswerBytes = 64 << 10
	// maxWireBytes bounds what is read of an answer before it is decompressed: gzip adds at most a
	// few bytes to what it cannot compress, but may hold any number of empty members.
	maxWireBytes = maxAnswerBytes + 1<<10
	// usualAnswerBytes is up to which length an answer is read into one buffer, on its server's word. This
	// saves three allocations of a call (TestAllocations of megvii).
	usualAnswerBytes = 2 << 10
	// maxDateError is how far a clock may be from ours: beyond 292 years no duration tells by how much.
	maxDateError = 200 * 366 * 24 * time.Hour
)

// Post sends the body to target in the one POST request of an attempt and reads the answer. It follows
// no redirect and repeats nothing, except that net/http sends the request again if a pooled connection
// turns out to be dead before anything was written. It returns when ctx ends at the latest. An error
// means that no usable HTTP answer came; Answer says what an answer means.
func Post(
	ctx context.Context, transport http.RoundTripper, target *url.URL, call providers.Call, body bodies.Body,
) (*Answer, *providers.Error) {
	answer := &Answer{call: call, progress: progress{sent: time.Now()}}
	request, envelope := bodies.NewRequest(httptrace.WithClientTrace(ctx, answer.progress.trace()), target, body)
	answer.request = envelope
	response, err := transport.RoundTrip(request) //nolint:bodyclose // receive closes it
	if failure := answer.receive(ctx, response, err); failure != nil {
		return nil, failure
	}
	return answer, nil
}

// receive reads the result of a round trip. If it were inlined, its frame would take stack while the
// attempt waits for the vendor.
//
//go:noinline
func (a *Answer) receive(ctx context.Context, response *http.Response, err error) *providers.Error {
	a.exchange.Reference = a.request.Reference
	if err != nil {
		return a.progress.failure(ctx, err, a.exchange)
	}
	defer func() { _ = response.Body.Close() }()
	a.readHeader(response)
	return a.read(ctx, response)
}

// readHeader reads the status and the header, which have just arrived.
func (a *Answer) readHeader(response *http.Response) {
	a.header, a.arrived = response.Header, a.call.Now.Add(time.Since(a.progress.sent))
	a.exchange.HTTPStatus = response.StatusCode
	vendorNow := a.arrived.Add(a.call.ClockOffset)
	if date, err := http.ParseTime(response.Header.Get("Date")); err == nil && date.Sub(a.arrived).Abs() < maxDateError {
		a.exchange.Date, vendorNow = date, date
	}
	a.exchange.RetryAfter = retryAfter(response.Header["Retry-After"], vendorNow)
}

// read reads the body.
func (a *Answer) read(ctx context.Context, response *http.Response) *providers.Error {
	if response.StatusCode == http.StatusSwitchingProtocols {
		return nil // its body is the connection itself, and ctx would not end a read
	}
	content, err := read(response)
	// A server that refuses a large request may close the connection while it is sent.
	if err != nil && response.StatusCode != http.StatusRequestEntityTooLarge {
		return a.progress.failure(ctx, err, a.exchange)
	}
	a.content = content
	return nil
}

// read returns the decompressed content of an answer, nil if it is too large or cannot be decompressed.
// An error is always the connection's.
func read(response *http.Response) ([]byte, error) {
	zipped := strings.EqualFold(response.Header.Get("Content-Encoding"), "gzip")
	if length := response.ContentLength; length > 0 && length <= usualAnswerBytes && !zipped {
		content := make([]byte, length)
		if _, err := io.ReadFull(response.Body, content); err != nil {
			return nil, err
		}
		return content, nil
	}
	wire := &wireReader{Reader: io.LimitReader(response.Body, maxWireBytes)}
	var body io.Reader = wire
	if zipped {
		unzipped := inflate.NewReader(wire, math.MaxInt)
		defer unzipped.Free()
		body = unzipped
	}
	content, err := io.ReadAll(io.LimitReader(body, maxAnswerBytes+1))
	if err != nil || len(content) > maxAnswerBytes {
		return nil, wire.err
	}
	return content, nil
}

// wireReader records the connection's errors, to distinguish them from those of decompression.
type wireReader struct {
	io.Reader
	err error
}

func (w *wireReader) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}

// progress records how far a request got, which decides whether the vendor may have processed it. The
// transport reports it from goroutines of its own.
type progress struct {
	sent                time.Time
	connected, answered atomic.Bool
	hooks               httptrace.ClientTrace
}

func (p *progress) trace() *httptrace.ClientTrace {
	// net/http asks for a second connection only if nothing was written to the first.
	p.hooks.GetConn = func(string) { p.connected.Store(false) }
	p.hooks.GotConn = func(httptrace.GotConnInfo) { p.connected.Store(true) }
	p.hooks.GotFirstResponseByte = func() { p.answered.Store(true) }
	return &p.hooks
}

// failure classifies a transport error. Before there was a connection nothing was sent,
// whatever the error; after it, the vendor may have processed the request.
func (p *progress) failure(ctx context.Context, err error, exchange providers.Exchange) *providers.Error {
	connected := p.connected.Load()
	failure := &providers.Error{Exchange: exchange, Ambiguous: connected, Cause: cause{err}}
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		failure.Reason = providers.CallerCancelled
	case !connected:
		failure.Reason = providers.VendorUnreachable
	case ctx.Err() != nil, isTimeout(err):
		failure.Reason = providers.VendorTimeout
	case p.answered.Load() && !isNetwork(err):
		failure.Reason = providers.VendorResponseInvalid
		failure.Cause = errNotHTTP // net/http's text quotes the answer
	default:
		failure.Reason = providers.VendorConnectionLost
	}
	return failure
}

// cause is an error of the network as the log shows it: proxies and certificates have a say in its text.
type cause struct{ error }

// Error is error's.
func (c cause) Error() string { return shown(c.error.Error()) }

// Unwrap returns the error.
func (c cause) Unwrap() error { return c.error }

var errNotHTTP = errors.New("the answer is not HTTP")

func isTimeout(err error) bool {
	failure, ok := errors.AsType[net.Error](err)
	return ok && failure.Timeout()
}

func isNetwork(err error) bool {
	_, network := errors.AsType[*net.OpError](err)
	return network || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
