package rest

import (
	"context"
	"io"
	"mime"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/server"
)

const (
	mediaTypeJSON = "application/json"
	mediaTypeForm = "multipart/form-data"
)

// edge makes the call of a request. It shows the routes a request with the method, the
// address and the media type alone: what grpc-gateway is not shown it can neither pass on
// nor log.
type edge struct {
	dispatcher *server.Dispatcher
	buffers    *message.Buffers
	limits     arrivalLimits
	routes     *runtime.ServeMux
	pages      *http.ServeMux
	hosts      *server.Hosts
	noDocs     bool
}

func (e *edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	server.LimitConnectionAge(w, r)
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
	c.Metadata = header(r.Header)
	c.Peer, _ = netip.ParseAddrPort(r.RemoteAddr)
	c.Resent = resent(c.Metadata)
	answer := w.Header()
	answer["Cache-Control"] = noStore
	answer["X-Content-Type-Options"] = noSniff
	answer.Set(headerRequestID, c.RequestID)

	e.dispatcher.Authenticate(r.Context(), c, server.ShownBy(r))
	ctx, cancel, refused := withTimeoutHeader(r)
	defer cancel()
	if refused != nil {
		c.Refuse(refused)
	} else if shed := server.Shed(r); shed != nil {
		c.Refuse(shed)
	}
	body := &unreadBody{call: c, buffers: e.buffers, limits: &e.limits, writer: w, request: r}
	e.routes.ServeHTTP(silent{w, body}, body.shown(call.With(ctx, c)))
}

// unreadBody is a request's body as grpc-gateway is shown it: empty. The body itself is read
// by an interceptor, so that a call can be shed before, and that what is wrong with it is
// said by the call.
type unreadBody struct {
	call     *call.Call
	buffers  *message.Buffers
	boundary string
	limits   *arrivalLimits
	writer   http.ResponseWriter
	request  *http.Request
	// whole says that all of it has been read.
	whole bool
}

// shown returns the request that the routes are shown.
//
//go:noinline // its 300 bytes would stay on the stack of the call, which then passes 8 KiB
func (b *unreadBody) shown(ctx context.Context) *http.Request {
	var mediaType string
	mediaType, b.boundary = bodyType(b.request.Header)
	shown := new(http.Request).WithContext(ctx)
	shown.Method, shown.URL, shown.Header, shown.Body = b.request.Method, b.request.URL, shownHeaders[mediaType], b
	if address := b.request.URL; address.RawQuery != "" {
		// The routes would pass over it, or say in their own words what is wrong with it.
		shown.URL = &url.URL{Path: address.Path, RawPath: address.RawPath}
		b.call.Refuse(queryRefused(address))
	}
	return shown
}

// misdirected refuses a request, whatever it asks for, by the name that it was sent to.
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

// The values of headers that every answer has, made once.
var (
	noStore = []string{"no-store"}
	noSniff = []string{"nosniff"}
)

// queryRefused names the parameter, if it is a field's name: any other is content of the
// caller's, which is not repeated.
func queryRefused(address *url.URL) *providers.Error {
	name, _, _ := strings.Cut(address.RawQuery, "=")
	if !fieldNames()[name] {
		name = ""
	}
	return message.Invalid(providers.Path(name), "the query string is not taken: a request is in its body")
}

// fieldNames are those of the contract's messages, as JSON and as the proto files spell them.
var fieldNames = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	messages := livenessv1.File_liveness_v1_liveness_service_proto.Messages()
	for i := range messages.Len() {
		fields := messages.Get(i).Fields()
		for j := range fields.Len() {
			names[fields.Get(j).JSONName()], names[fields.Get(j).TextName()] = true, true
		}
	}
	return names
})

// shownHeaders are what the routes are shown of the header, by the body's media type.
var shownHeaders = map[string]http.Header{
	mediaTypeJSON: {headerContentType: {mediaTypeJSON}},
	mediaTypeForm: {headerContentType: {mediaTypeForm}},
}

// bodyType returns the media type of the body, and the boundary of a form; "" for what the
// routes do not take. A type must be named: forms of other sites could be sent without.
func bodyType(header http.Header) (mediaType, boundary string) {
	if isCompressed(header) || twice(header, headerContentType) {
		return "", ""
	}
	contentType := header.Get(headerContentType)
	if contentType == mediaTypeJSON {
		return mediaTypeJSON, ""
	}
	mediaType, parameters, err := mime.ParseMediaType(contentType)
	boundary = parameters["boundary"]
	switch {
	case err != nil, !inUTF8(parameters["charset"]):
		return "", ""
	case mediaType == mediaTypeForm && boundary != "" && len(boundary) <= message.MaxBoundary:
		return mediaTypeForm, boundary
	case mediaType == mediaTypeJSON:
		return mediaTypeJSON, ""
	default:
		return "", ""
	}
}

// isCompressed reports whether the header names a coding other than "identity", which is none.
func isCompressed(header http.Header) bool {
	return slices.ContainsFunc(header[headerContentEncoding], func(encoding string) bool {
		return encoding != "" && !strings.EqualFold(encoding, "identity")
	})
}

// twice reports whether a header is there twice that may be there once: what is in front of the
// gateway may have read the other one.
func twice(header http.Header, name string) bool { return len(header[name]) > 1 }

// bodyRefused says why a body is not taken, by its header.
func bodyRefused(r *http.Request) *providers.Error {
	mediaType, parameters, _ := mime.ParseMediaType(r.Header.Get(headerContentType))
	switch {
	case isCompressed(r.Header):
		return methodUnknown("the body must not be compressed: Content-Encoding is not taken")
	case twice(r.Header, headerContentType):
		return methodUnknown("the header Content-Type is there twice")
	case (mediaType == mediaTypeJSON || mediaType == mediaTypeForm) && !inUTF8(parameters["charset"]):
		return methodUnknown("the charset of the body must be UTF-8")
	default:
		return methodUnknown("the body must be application/json or multipart/form-data with a boundary")
	}
}

// inUTF8 reports whether text with that charset is UTF-8, as all JSON between systems is
// (RFC 8259, section 8.1).
func inUTF8(charset string) bool {
	switch strings.ToLower(charset) {
	case "", "utf-8", "utf8", "us-ascii":
		return true
	default:
		return false
	}
}

// resent reports whether the client says that it has sent the call before.
func resent(m call.Metadata) bool {
	attempts := m.Values(server.MetadataAttempts)
	return len(attempts) > 0 && attempts[0] != "" && attempts[0] != "0"
}

// noRoute answers a request for which there is no route, or none with its method.
func (e *edge) noRoute(ctx context.Context, mux *runtime.ServeMux, m runtime.Marshaler, w http.ResponseWriter, r *http.Request, status int) {
	c := call.From(ctx)
	unknown, found := methodUnknown("no such path"), http.StatusNotFound
	if status == http.StatusMethodNotAllowed {
		unknown, found = methodUnknown("the method must be POST"), status
	}
	if c.Fault == "" { // what else was wrong is nothing beside
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

// writeFailure writes the status of a call that failed.
func writeFailure(ctx context.Context, _ *runtime.ServeMux, m runtime.Marshaler, w http.ResponseWriter, _ *http.Request, err error) {
	c := call.From(ctx)
	if c.Err == nil {
		c.Err = call.AsError(err) // grpc-gateway's own failure, after the call
	}
	if retry := c.RetryDelay(); retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((retry+time.Second-1)/time.Second)))
	}
	if c.Reason() == providers.CallerUnauthenticated {
		w.Header().Set(server.HeaderChallenge, server.Challenge)
	}
	encoded, err := m.Marshal(call.StatusOf(c))
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set(headerContentType, m.ContentType(nil))
	w.WriteHeader(c.HTTPStatus())
	_, _ = w.Write(encoded)
}

// silent hides from grpc-gateway that a client has left: it would log that, to its own log.
// It closes a connection of HTTP/1 behind a body that was not read: net/http would wait for
// the rest of one before it sends the answer.
type silent struct {
	http.ResponseWriter

	body *unreadBody
}

func (s silent) WriteHeader(status int) {
	length, one := s.body.request.ContentLength, s.body.request.ProtoMajor == 1
	if one && !s.body.whole && (length < 0 || length > firstBuffer) {
		s.Header().Set("Connection", "close")
	}
	s.ResponseWriter.WriteHeader(status)
}

func (s silent) Write(answer []byte) (int, error) {
	_, _ = s.ResponseWriter.Write(answer)
	return len(answer), nil
}

// Read is at the end.
func (*unreadBody) Read([]byte) (int, error) { return 0, io.EOF }

// Close does nothing: net/http closes the body.
func (*unreadBody) Close() error { return nil }
