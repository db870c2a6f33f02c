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
		Handler:           handler,
		ReadHeaderTimeout: headerTimeLimit,
		ReadTimeout:       BodyTimeLimit,
		WriteTimeout:      answerTimeLimit,
		IdleTimeout:       idleTimeLimit,
		MaxHeaderBytes:    MaxHeaderBytes,
		ErrorLog:          errorLog,
		ConnContext:       withConnectionEnd,
	}
}

type connectionEndKey struct{}

// withConnectionEnd notes when a connection is to end: at its maximum age less up to a
// tenth, so that clients which came together do not leave together.
func withConnectionEnd(ctx context.Context, _ net.Conn) context.Context {
	age := MaxConnectionAge - rand.N(MaxConnectionAge/10)
	return context.WithValue(ctx, connectionEndKey{}, time.Now().Add(age))
}

// LimitConnectionAge ends a connection that is old enough after the answer under way.
func LimitConnectionAge(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if end, ok := r.Context().Value(connectionEndKey{}).(time.Time); ok && time.Now().After(end) {
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
