// Package rest is the REST listener's server: grpc-gateway's routes over the dispatcher, and
// the page of the API. It knows no vendors and no gRPC framing.
package rest

import (
	"context"
	"log"
	"net/http"
	"path"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/server"
)

// New returns the HTTP server for the contract's routes, /healthz and /docs. It answers only
// requests that are addressed to hosts. Calls run through the same interceptors as gRPC calls,
// and their bodies are read into buffers. errorLog receives the errors of connections.
func New(d *server.Dispatcher, buffers *message.Buffers, hosts *server.Hosts, errorLog *log.Logger, options ...Option) *http.Server {
	client := livenessv1.NewLivenessServiceClient(inProcess{d})
	return newServer(d, buffers, hosts, errorLog, func(mux *runtime.ServeMux) {
		_ = livenessv1.RegisterLivenessServiceHandlerClient(context.Background(), mux, client) // it never fails
	}, options...)
}

// Option changes what New serves.
type Option func(*edge)

// WithoutDocs leaves /docs out: it is answered like any unknown path.
func WithoutDocs() Option { return func(e *edge) { e.noDocs = true } }

// Stopping makes every answer end its connection while stopping says so: an HTTP/1 client opens another
// one, which a load balancer may send elsewhere, and an HTTP/2 client gets GOAWAY. If idle connections
// were just closed, a request might already be on its way.
func Stopping(stopping func() bool) Option { return func(e *edge) { e.stopping = stopping } }

// newServer returns a server of the routes that register adds.
func newServer(d *server.Dispatcher, buffers *message.Buffers, hosts *server.Hosts, errorLog *log.Logger, register func(*runtime.ServeMux), options ...Option) *http.Server {
	e := &edge{dispatcher: d, buffers: buffers, stopping: func() bool { return false }}
	for _, option := range options {
		option(e)
	}
	e.routes = runtime.NewServeMux(
		runtime.WithMarshalerOption(mediaTypeJSON, jsonBodies),
		runtime.WithMarshalerOption(mediaTypeForm, formBodies),
		runtime.WithMarshalerOption(runtime.MIMEWildcard, otherBodies),
		runtime.WithIncomingHeaderMatcher(func(string) (string, bool) { return "", false }),
		runtime.WithForwardResponseRewriter(answerOf),
		runtime.WithErrorHandler(writeFailure),
		runtime.WithRoutingErrorHandler(e.noRoute),
		runtime.WithUnescapingMode(runtime.UnescapingModeAllExceptSlash),
	)
	register(e.routes)
	e.hosts, e.pages = hosts, http.NewServeMux()
	e.pages.HandleFunc("/healthz", server.Healthz)
	if !e.noDocs {
		handleDocs(e.pages)
	}
	e.pages.Handle("/", http.HandlerFunc(e.serveCall))
	return server.NewHTTP(e, errorLog)
}

// isPage reports whether a path belongs to one of the pages. All others must not reach the
// ServeMux, which would clean them and redirect.
func (e *edge) isPage(name string) bool {
	docs := !e.noDocs && (name == docsPath || strings.HasPrefix(name, docsPath+"/"))
	return name == "/healthz" || docs && path.Clean(name) == strings.TrimSuffix(name, "/")
}
