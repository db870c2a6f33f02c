package server

import (
	"context"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"time"
)

const (
	headerTimeLimit = 5 * time.Second
	// bodyTimeLimit is what the largest body takes at 8 Mbit/s.
	bodyTimeLimit = 30 * time.Second
	idleTimeLimit = 2 * time.Minute
)

// newHTTPServer returns a server with every time limit set. errorLog gets what goes
// wrong on a connection, such as a failed handshake.
func newHTTPServer(handler http.Handler, errorLog *log.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeLimit,
		ReadTimeout:       bodyTimeLimit,
		WriteTimeout:      bodyTimeLimit + maxDeadline + 5*time.Second,
		IdleTimeout:       idleTimeLimit,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          errorLog,
		ConnContext:       withConnectionEnd,
	}
}

type connectionEndKey struct{}

// withConnectionEnd notes when a connection is to end: at its maximum age less up to a
// tenth, so that clients which came together do not leave together.
func withConnectionEnd(ctx context.Context, _ net.Conn) context.Context {
	age := maxConnectionAge - rand.N(maxConnectionAge/10)
	return context.WithValue(ctx, connectionEndKey{}, time.Now().Add(age))
}

// limitConnectionAge ends a connection that is old enough after the answer under way.
func limitConnectionAge(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if end, ok := r.Context().Value(connectionEndKey{}).(time.Time); ok && time.Now().After(end) {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}
