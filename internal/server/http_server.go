package server

import (
	"context"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"time"
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

type connectionEndKey struct{}

// withConnection notes the connection of requests, and when it is to end: at its maximum
// age less up to a tenth, so that clients which came together do not leave together.
func withConnection(ctx context.Context, conn net.Conn) context.Context {
	if bounded, ok := conn.(*Conn); ok {
		ctx = context.WithValue(ctx, connKey{}, bounded)
	}
	age := MaxConnectionAge - rand.N(MaxConnectionAge/10)
	return context.WithValue(ctx, connectionEndKey{}, time.Now().Add(age))
}

// track tells the connection of each request what it is in use for.
func track(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if conn := connOf(r.Context()); conn != nil {
			conn.Await() // HTTP/1 has one request at a time
			conn.request, conn.unheard = false, false
			defer func() { conn.Done(conn.request) }()
			if r.ContentLength == 0 {
				BodyArrived(r)
			}
		}
		next.ServeHTTP(w, r)
	})
}

// countUnheard counts the requests of a connection that no handler hears of: net/http answers
// them itself, in words of its own. It is called by the goroutine that serves the connection.
func countUnheard(connection net.Conn, state http.ConnState) {
	conn, ok := connection.(*Conn)
	switch {
	case !ok:
	case state == http.StateActive:
		conn.unheard = true
	case state == http.StateClosed && conn.unheard:
		conn.listener.unheard.Add(1)
	}
}

// BodyArrived says that the body of a request has been read: from now on its connection is
// not closed for another.
func BodyArrived(r *http.Request) {
	if conn := connOf(r.Context()); conn != nil && !conn.request {
		conn.request = true
		conn.Arrived()
	}
}

// LimitConnectionAge ends a connection that is old enough after the answer under way, and
// one by which a chunked body came: net/http does not say whether a Content-Length came with
// it, and what follows such a body may be another's request (RFC 9112, section 6.1).
func LimitConnectionAge(w http.ResponseWriter, r *http.Request) {
	end, ok := r.Context().Value(connectionEndKey{}).(time.Time)
	if ok && time.Now().After(end) || len(r.TransferEncoding) > 0 {
		w.Header().Set("Connection", "close")
	}
}

// Healthz answers while the process lives.
func Healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n")
}
