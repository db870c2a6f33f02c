// Package secure is the TLS of the listeners: it does the handshakes, a bounded number at once
// and each in its time, and hands on connections whose handshake is done. It must not know
// what is served on them, nor where certificates come from.
package secure

import (
	"container/list"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/liveness-gateway/gateway/internal/server"
)

// Listener accepts connections whose TLS handshake is done, as *tls.Conn. Handshakes run in parallel,
// each for server.HandshakeTimeLimit at most; beyond server.MaxHandshakes at once, the oldest is
// ended for each new one.
type Listener struct {
	net.Listener

	config *tls.Config
	// h2 says that clients must ask for HTTP/2 by ALPN, as RFC 9113 (section 3.2) requires.
	h2       bool
	failures *Failures
	begin    sync.Once
	// accepted carries what Accept returns. It is never closed: closed is closed instead when
	// nothing more is accepted.
	accepted chan result
	closed   chan struct{}

	mu       sync.Mutex
	underWay list.List // of net.Conn, the oldest first
	isClosed bool
}

type result struct {
	conn net.Conn
	err  error
}

// Listen returns a TLS listener over l. It calls config, which must be quick, for the configuration
// of each handshake, and counts failed ones in failures.
func Listen(l *server.Listener, config func() *tls.Config, failures *Failures) *Listener {
	return &Listener{
		Listener: l, failures: failures, accepted: make(chan result), closed: make(chan struct{}),
		h2: slices.Equal(config().NextProtos, HTTP2),
		// Session tickets are sealed with this configuration's keys, so they outlive a change.
		config: &tls.Config{
			MinVersion:         tls.VersionTLS12,
			GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return config(), nil },
		},
	}
}

// Accept is net.Listener's.
func (l *Listener) Accept() (net.Conn, error) {
	l.begin.Do(func() { go l.run() })
	select {
	case next := <-l.accepted:
		return next.conn, next.err
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close is net.Listener's. Handshakes under way end.
func (l *Listener) Close() error {
	err := l.Listener.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.isClosed {
		return err
	}
	l.isClosed = true
	close(l.closed)
	for e := l.underWay.Front(); e != nil; e = e.Next() {
		_ = e.Value.(net.Conn).Close()
	}
	return err
}

// run accepts connections until the listener is closed. Accept returns other errors to the server,
// which waits a little and calls it again.
func (l *Listener) run() {
	for {
		conn, err := l.Listener.Accept()
		if err == nil {
			go l.handshake(conn)
			continue
		}
		if !l.hand(result{err: err}) || errors.Is(err, net.ErrClosed) {
			return
		}
	}
}

// hand lets Accept return the result, unless the listener is closed.
func (l *Listener) hand(r result) bool {
	select {
	case l.accepted <- r:
		return true
	case <-l.closed:
		return false
	}
}

func (l *Listener) handshake(raw net.Conn) {
	e := l.enter(raw)
	if e == nil {
		_ = raw.Close()
		return
	}
	_ = raw.SetDeadline(time.Now().Add(server.HandshakeTimeLimit))
	conn := tls.Server(raw, l.config)
	err := conn.HandshakeContext(context.Background()) // the connection has a deadline
	if err == nil && l.h2 && conn.ConnectionState().NegotiatedProtocol == "" {
		err = errNoHTTP2
	}
	closed := l.leave(e)
	switch {
	case closed:
	case err != nil:
		l.failures.add(reasonOf(err), raw.RemoteAddr())
		sayPlaintext(err)
	default:
		_ = raw.SetDeadline(time.Time{})
		if l.hand(result{conn: conn}) {
			return
		}
	}
	_ = raw.Close()
}

var errNoHTTP2 = errors.New("the client did not ask for HTTP/2")

// enter notes a handshake that begins. It returns nil if the listener is closed.
func (l *Listener) enter(raw net.Conn) *list.Element {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.isClosed {
		return nil
	}
	if l.underWay.Len() >= server.MaxHandshakes {
		_ = l.underWay.Remove(l.underWay.Front()).(net.Conn).Close()
	}
	return l.underWay.PushBack(raw)
}

// leave forgets it, and reports whether the listener is closed.
func (l *Listener) leave(e *list.Element) (closed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.underWay.Remove(e) // does nothing if it gave way to another
	return l.isClosed
}

// sayPlaintext tells a client that speaks HTTP/1 without TLS what is wrong, as net/http does.
func sayPlaintext(err error) {
	record, ok := errors.AsType[tls.RecordHeaderError](err)
	if !ok || record.Conn == nil {
		return
	}
	switch string(record.RecordHeader[:]) {
	case "GET /", "HEAD ", "POST ", "PUT /", "OPTIO":
		_ = record.Conn.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = io.WriteString(record.Conn, "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nthis listener takes TLS alone: call it by https\n")
	}
}

// Failures counts the handshakes that failed. The zero value is ready.
type Failures struct {
	// Log, if there is one, is called for a failure, at most once a second, with the total for
	// its reason.
	Log func(reason string, total int64, from net.Addr)

	counts [reasons]atomic.Int64
	logged atomic.Int64
}

// Counts returns how often each reason has occurred.
func (f *Failures) Counts() map[string]int64 {
	counts := make(map[string]int64, reasons)
	for i := range f.counts {
		counts[reasonNames[i]] = f.counts[i].Load()
	}
	return counts
}

func (f *Failures) add(why reason, from net.Addr) {
	total := f.counts[why].Add(1)
	now, last := time.Now().UnixNano(), f.logged.Load()
	if f.Log != nil && now-last >= int64(time.Second) && f.logged.CompareAndSwap(last, now) {
		f.Log(reasonNames[why], total, from)
	}
}
