package rest

import (
	"context"
	"net/http"
	"net/netip"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/server"
)

// edge turns a request into a call. It hands grpc-gateway's routes a stripped request, with
// nothing but the method, the path and the media type: what grpc-gateway never sees it can
// neither pass on nor log.
type edge struct {
	dispatcher *server.Dispatcher
	buffers    *message.Buffers
	limits     arrivalLimits
	routes     *runtime.ServeMux
	pages      *http.ServeMux
	hosts      *server.Hosts
	noDocs     bool
	stopping   func() bool
}

func (e *edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if e.stopping() || server.EndsConnection(r) {
		w.Header().Set("Connection", "close")
	}
	if !e.hosts.Allow(r.Host) {
		e.misdirected(w, r)
		return
	}
	if e.isPage(r.URL.Path) {
		e.pages.ServeHTTP(w, r)
		return
	}
	e.serveCall(w, r)
}

func (e *edge) serveCall(w http.ResponseWriter, r *http.Request) {
	c := call.New(call.REST)
	defer c.Release()
	ctx, cancel := e.begin(c, w, r)
	defer cancel()
	body := &unreadBody{call: c, buffers: e.buffers, limits: &e.limits, writer: w, request: r}
	e.routes.ServeHTTP(silent{w, body}, body.shown(call.With(ctx, c)))
}

// begin fills a call with what the header of its request says, and gives it its deadline.
//
//go:noinline // see unreadBody.shown
func (e *edge) begin(c *call.Call, w http.ResponseWriter, r *http.Request) (context.Context, context.CancelFunc) {
	c.Metadata = header(r.Header)
	c.Peer, _ = netip.ParseAddrPort(r.RemoteAddr)
	c.Resent = server.Resent(c.Metadata)
	answer := w.Header()
	answer["Cache-Control"] = noStore
	answer["X-Content-Type-Options"] = noSniff
	answer.Set(headerRequestID, c.RequestID)

	e.dispatcher.Authenticate(r.Context(), c, server.ShownBy(r))
	ctx, cancel, refused := withTimeoutHeader(r)
	if refused != nil {
		c.Refuse(refused)
	} else if shed := server.Shed(r); shed != nil {
		c.Refuse(shed)
	}
	return ctx, cancel
}

// misdirected refuses a request that was sent to a name which the listener does not answer to.
func (e *edge) misdirected(w http.ResponseWriter, r *http.Request) {
	c := call.New(call.REST)
	c.Metadata, c.Refused = header(r.Header), server.Misdirected()
	c.Peer, _ = netip.ParseAddrPort(r.RemoteAddr)
	w.Header().Set(headerRequestID, c.RequestID)
	w.Header().Set("Connection", "close")
	ctx := call.With(r.Context(), c)
	e.dispatcher.Refuse(ctx, c)
	writeFailure(ctx, nil, otherBodies, w, r, c.Err)
}

// noRoute answers a request for which there is no route, or none with its method.
func (e *edge) noRoute(ctx context.Context, mux *runtime.ServeMux, m runtime.Marshaler, w http.ResponseWriter, r *http.Request, status int) {
	c := call.From(ctx)
	unknown, found := methodUnknown("no such path"), http.StatusNotFound
	if status == http.StatusMethodNotAllowed {
		unknown, found = methodUnknown("the method must be POST"), status
	}
	if c.Fault == "" { // a caller who is not known is told only that
		c.Refused, c.Status = unknown, found
	}
	if c.Status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	e.dispatcher.Refuse(ctx, c)
	writeFailure(ctx, mux, m, w, r, c.Err)
}

func methodUnknown(why string) *providers.Error {
	return &providers.Error{Reason: providers.MethodUnknown, Message: why}
}
