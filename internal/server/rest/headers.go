package rest

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/server"
)

// The headers of a REST call that the gateway reads, together with those in readByObservers and
// Authorization (server.ShownBy). To let another in, add it here: nothing else is looked at.
const (
	headerContentType     = "Content-Type"
	headerContentEncoding = "Content-Encoding"
	headerTimeout         = "Grpc-Timeout"
	headerIdempotencyKey  = "Idempotency-Key"
)

// headerRequestID is server.HeaderRequestID as HTTP spells it.
const headerRequestID = "X-Request-Id"

// readByObservers are the headers that the log, traces and admission may read, by their names in
// gRPC. For forms, net/http also reads Origin and Sec-Fetch-Site: see fromOtherSite.
var readByObservers = map[string]string{
	server.MetadataAttempts: "Grpc-Previous-Rpc-Attempts",
	server.HeaderRequestID:  headerRequestID,
	"traceparent":           "Traceparent",
	"tracestate":            "Tracestate",
}

// header is the call's header as observers see it.
type header http.Header

// Values is call.Metadata's.
func (h header) Values(name string) []string { return h[readByObservers[name]] }

var timeoutUnits = map[byte]time.Duration{
	'H': time.Hour, 'M': time.Minute, 'S': time.Second,
	'm': time.Millisecond, 'u': time.Microsecond, 'n': time.Nanosecond,
}

// withTimeoutHeader gives the call the deadline that Grpc-Timeout asks for: up to
// eight digits and a unit (gRPC over HTTP2, section Requests).
func withTimeoutHeader(r *http.Request) (context.Context, context.CancelFunc, *providers.Error) {
	values := r.Header[headerTimeout]
	if len(values) == 0 {
		return r.Context(), func() {}, nil
	}
	if twice(r.Header, headerTimeout) {
		return r.Context(), func() {}, &providers.Error{Reason: providers.InvalidRequest, Message: "the header Grpc-Timeout is there twice"}
	}
	value := values[0]
	if value == "" {
		return r.Context(), func() {}, nil
	}
	last := len(value) - 1
	unit, known := timeoutUnits[value[last]]
	amount, err := strconv.ParseUint(value[:last], 10, 64)
	if !known || err != nil || last > 8 {
		return r.Context(), func() {}, &providers.Error{
			Reason:  providers.InvalidRequest,
			Message: "the header Grpc-Timeout must be up to eight digits and one of H M S m u n",
		}
	}
	timeout := call.MaxDeadline
	if amount <= uint64(call.MaxDeadline/unit) {
		timeout = time.Duration(amount) * unit
	}
	ctx, cancel := context.WithTimeout(r.Context(), timeout)
	return ctx, cancel, nil
}

// fromOtherSite reports whether the request comes from a browser showing another site's page.
// Browsers ask before they send JSON across sites, and are told no; a form they send unasked.
func fromOtherSite(r *http.Request) bool {
	return twice(r.Header, "Origin") || twice(r.Header, "Sec-Fetch-Site") || http.NewCrossOriginProtection().Check(r) != nil
}

// mergeIdempotencyKey copies the header, bare or quoted, into the message's field.
func mergeIdempotencyKey(into proto.Message, header http.Header) *providers.Error {
	values := header.Values(headerIdempotencyKey)
	if len(values) == 0 {
		return nil
	}
	request, ok := into.(*livenessv1.IssueLivenessTokenRequest)
	if !ok {
		return message.Invalid("", "the header Idempotency-Key is not taken here")
	}
	key := values[0]
	if len(key) >= 2 && strings.HasPrefix(key, `"`) && strings.HasSuffix(key, `"`) {
		key = key[1 : len(key)-1]
	}
	switch {
	case len(values) > 1, key == "":
		return message.Invalid("idempotencyKey", "the header Idempotency-Key must hold one key")
	case request.GetIdempotencyKey() != "" && request.GetIdempotencyKey() != key:
		return message.Invalid("idempotencyKey", "differs from the header Idempotency-Key")
	}
	request.IdempotencyKey = key
	return nil
}
