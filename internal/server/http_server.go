package server

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// NewHTTP returns a server with every time limit set. errorLog gets what goes
// wrong on a connection, such as a failed handshake.
func NewHTTP(handler http.Handler, errorLog *log.Logger) *http.Server {
	return &http.Server{
		Handler:           track(handler),
		ReadHeaderTimeout: headerTimeLimit,
		ReadTimeout:       BodyTimeLimit,
		WriteTimeout:      answerTimeLimit,
		IdleTimeout:       idleTimeLimit,
		MaxHeaderBytes:    MaxHeaderBytes,
		ErrorLog:          errorLog,
		ConnContext:       withConnection,
		ConnState:         countUnheard,
	}
}

// ServeHTTP2 has the server take HTTP/2 on connections that are not *tls.Conn: those that
// have been decrypted for it.
func ServeHTTP2(s *http.Server) {
	s.Protocols = new(http.Protocols)
	s.Protocols.SetHTTP1(true)
	s.Protocols.SetUnencryptedHTTP2(true)
	s.HTTP2 = &http.HTTP2Config{
		MaxConcurrentStreams:          MaxStreams,
		MaxReceiveBufferPerStream:     streamWindow,
		MaxReceiveBufferPerConnection: connectionWindow,
		SendPingTimeout:               pingAfter,
		PingTimeout:                   pingTime,
	}
}

type connectionKey struct{}

// httpConn is what the requests of a connection share.
type httpConn struct {
	*Conn // nil if nobody bounds it

	// end is when the connection is to end.
	end time.Time
	// tls is nil in plaintext.
	tls *tls.ConnectionState
}

// withConnection notes the connection of requests, and when it is to end: at its maximum
// age less up to a tenth, so that clients which came together do not leave together.
func withConnection(ctx context.Context, conn net.Conn) context.Context {
	age := MaxConnectionAge - rand.N(MaxConnectionAge/10)
	return context.WithValue(ctx, connectionKey{}, &httpConn{ConnOf(conn.RemoteAddr()), time.Now().Add(age), TLSStateOf(conn)})
}

// awaited is what is known of the message of a request under way.
type awaited struct {
	// arrived says that all of it has, shed that it may not be awaited.
	arrived, shed bool
}

// messageBody is the body of a request of HTTP/2. To that of HTTP/1 net/http looks for what it
// put there.
type messageBody struct {
	io.ReadCloser
	awaited
}

// messageOf returns the connection of a request and what is known of its message, nil if
// nobody bounds it.
func messageOf(r *http.Request) (*Conn, *awaited) {
	conn, _ := r.Context().Value(connectionKey{}).(*httpConn)
	if conn == nil || conn.Conn == nil {
		return nil, nil
	}
	if body, ok := r.Body.(*messageBody); ok {
		return conn.Conn, &body.awaited
	}
	return conn.Conn, &conn.request
}

// track tells the connection of each request what it is in use for.
func track(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor > 1 {
			r.Body = &messageBody{ReadCloser: r.Body}
		}
		conn, m := messageOf(r)
		if m == nil {
			next.ServeHTTP(w, r)
			return
		}
		if r.TLS == nil {
			r.TLS = r.Context().Value(connectionKey{}).(*httpConn).tls
		}
		if m == &conn.request {
			conn.unheard = false
		}
		*m = awaited{shed: !conn.Await()}
		if !m.shed {
			defer func() { conn.Done(m.arrived) }()
		}
		if r.ContentLength == 0 {
			BodyArrived(r)
		}
		next.ServeHTTP(w, r)
	})
}

// countUnheard counts the requests of a connection that no handler hears of: net/http answers
// them itself, in words of its own. It is called by the goroutine that serves the connection.
// Of HTTP/2 it sees nothing.
func countUnheard(connection net.Conn, state http.ConnState) {
	conn, plaintext := connection.(*Conn)
	if _, encrypted := connection.(*tls.Conn); encrypted {
		conn = ConnOf(connection.RemoteAddr())
	}
	switch {
	case conn == nil && !plaintext:
	case state == http.StateActive:
		conn.unheard = true
	case state == http.StateClosed && conn.unheard:
		conn.listener.unheard.Add(1)
	}
}

// BodyArrived says that the body of a request has been read: from now on its connection is
// not closed for another.
func BodyArrived(r *http.Request) {
	if conn, m := messageOf(r); m != nil && !m.arrived && !m.shed {
		m.arrived = true
		conn.Arrived()
	}
}

// Shed returns why the body of a request is not awaited, nil if it is.
func Shed(r *http.Request) *providers.Error {
	if _, m := messageOf(r); m != nil && m.shed {
		return TooManyAwaited()
	}
	return nil
}

// TooManyAwaited is the failure of a call whose message may not be awaited.
func TooManyAwaited() *providers.Error {
	return &providers.Error{Reason: providers.Overloaded, Message: "too many calls without a message"}
}

// LimitConnectionAge ends a connection that is old enough after the answers under way, and
// one by which a chunked body came: net/http does not say whether a Content-Length came with
// it, and what follows such a body may be another's request (RFC 9112, section 6.1).
func LimitConnectionAge(w http.ResponseWriter, r *http.Request) {
	conn, ok := r.Context().Value(connectionKey{}).(*httpConn)
	if ok && time.Now().After(conn.end) || len(r.TransferEncoding) > 0 {
		w.Header().Set("Connection", "close")
	}
}

// CloseWhile has every answer end its connection while closing says so: over HTTP/1 the client
// opens another, elsewhere where a balancer sends it; over HTTP/2 it is sent GOAWAY. An idle
// connection that was only closed could cross a request on its way.
func CloseWhile(closing func() bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if closing() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// Healthz answers while the process lives.
func Healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n")
}
