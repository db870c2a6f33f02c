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

// NewHTTP returns a server with every time limit set. errorLog receives the errors of
// connections.
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

// ServeHTTP2 makes the server take HTTP/2 on connections that are not *tls.Conn, because a
// listener has already decrypted them.
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

// withConnection puts the connection into the context of its requests, with the time when it is
// to end: at most a tenth before its maximum age, so that clients which came together do not
// leave together.
func withConnection(ctx context.Context, conn net.Conn) context.Context {
	age := MaxConnectionAge - rand.N(MaxConnectionAge/10)
	return context.WithValue(ctx, connectionKey{}, &httpConn{ConnOf(conn.RemoteAddr()), time.Now().Add(age), TLSStateOf(conn)})
}

// awaited is the state of a request's message.
type awaited struct {
	// arrived says that all of it is there, shed that it is not waited for.
	arrived, shed bool
}

// messageBody wraps the body of an HTTP/2 request. That of HTTP/1 must stay as it is: net/http
// looks for its own type there.
type messageBody struct {
	io.ReadCloser
	awaited
}

// messageOf returns the connection of a request and the state of its message; nil if the
// connection is not bounded.
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

// track keeps each connection informed of what it is used for.
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

// countUnheard counts the requests that no handler sees because net/http answers them itself. It
// is called by the goroutine that serves the connection, and sees nothing of HTTP/2.
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

// BodyArrived notes that the body of a request has been read: from now on its connection is not
// closed to make room.
func BodyArrived(r *http.Request) {
	if conn, m := messageOf(r); m != nil && !m.arrived && !m.shed {
		m.arrived = true
		conn.Arrived()
	}
}

// Shed returns why the body of a request is not waited for, nil if it is.
func Shed(r *http.Request) *providers.Error {
	if _, m := messageOf(r); m != nil && m.shed {
		return TooManyAwaited()
	}
	return nil
}

// TooManyAwaited is the failure of a call whose message is not waited for.
func TooManyAwaited() *providers.Error {
	return &providers.Error{Reason: providers.Overloaded, Message: "too many calls without a message"}
}

// EndsConnection reports whether the answer to a request must be the last on its connection: because
// that is old enough, or because a chunked body came by it. net/http does not say whether there was a
// Content-Length too, and then what follows may be a smuggled request (RFC 9112, section 6.1).
func EndsConnection(r *http.Request) bool {
	conn, ok := r.Context().Value(connectionKey{}).(*httpConn)
	return ok && time.Now().After(conn.end) || len(r.TransferEncoding) > 0
}

// Healthz answers while the process lives.
func Healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n")
}
