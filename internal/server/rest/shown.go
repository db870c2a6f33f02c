package rest

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// unreadBody is the empty body that grpc-gateway sees. The real one is read by an interceptor,
// so that a call can be shed before its body is read, and so that a bad body fails the call
// like anything else.
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

// shown returns the stripped request for the routes.
//
//go:noinline // its 300 bytes would stay on the stack of the call (TestStackOfACall)
func (b *unreadBody) shown(ctx context.Context) *http.Request {
	var mediaType string
	mediaType, b.boundary = bodyType(b.request.Header)
	shown := new(http.Request).WithContext(ctx)
	shown.Method, shown.URL, shown.Header, shown.Body = b.request.Method, b.request.URL, shownHeaders[mediaType], b
	if address := b.request.URL; address.RawQuery != "" {
		// The routes would ignore it, or report its mistakes in their own words.
		shown.URL = &url.URL{Path: address.Path, RawPath: address.RawPath}
		b.call.Refuse(queryRefused(address))
	}
	return shown
}

// shownHeaders are the headers that the routes see, by the media type of the body.
var shownHeaders = map[string]http.Header{
	mediaTypeJSON: {headerContentType: {mediaTypeJSON}},
	mediaTypeForm: {headerContentType: {mediaTypeForm}},
}

// Read returns io.EOF.
func (*unreadBody) Read([]byte) (int, error) { return 0, io.EOF }

// Close does nothing: net/http closes the body.
func (*unreadBody) Close() error { return nil }

// queryRefused refuses a query string. It names the first parameter only if that is a field of
// the contract: anything else is the caller's own text, which is not repeated.
func queryRefused(address *url.URL) *providers.Error {
	name, _, _ := strings.Cut(address.RawQuery, "=")
	if !fieldNames()[name] {
		name = ""
	}
	return message.Invalid(providers.Path(name), "the query string is not taken: a request is in its body")
}

// fieldNames are the fields of the contract's messages, in the spellings of JSON and of the
// proto files.
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
