package server

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// The headers of a REST call that the gateway reads are Content-Type,
// Content-Encoding, those below, of a form Origin and Sec-Fetch-Site and, where calls
// are traced, traceparent and tracestate. No other passes.
const (
	headerTimeout        = "Grpc-Timeout"
	headerIdempotencyKey = "Idempotency-Key"
	// headerAttempts is gRPC's own, as HTTP has none for it.
	headerAttempts = "Grpc-Previous-Rpc-Attempts"
)

var timeoutUnits = map[byte]time.Duration{
	'H': time.Hour, 'M': time.Minute, 'S': time.Second,
	'm': time.Millisecond, 'u': time.Microsecond, 'n': time.Nanosecond,
}

// withTimeoutHeader gives the call the deadline that Grpc-Timeout asks for: up to
// eight digits and a unit (gRPC over HTTP2, section Requests).
func withTimeoutHeader(r *http.Request) (context.Context, context.CancelFunc, *providers.Error) {
	value := r.Header.Get(headerTimeout)
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
	timeout := maxDeadline
	if amount <= uint64(maxDeadline/unit) {
		timeout = time.Duration(amount) * unit
	}
	ctx, cancel := context.WithTimeout(r.Context(), timeout)
	return ctx, cancel, nil
}

// fromOtherSite reports whether a browser says that a page of another site sends the
// request. Browsers ask before they send JSON across sites, and are told no; a form they
// just send.
func fromOtherSite(r *http.Request) bool { return http.NewCrossOriginProtection().Check(r) != nil }

// mergeIdempotencyKey takes the header, bare or quoted, for the field.
func mergeIdempotencyKey(message *livenessv1.IssueLivenessTokenRequest, header http.Header) *providers.Error {
	values := header.Values(headerIdempotencyKey)
	if len(values) == 0 {
		return nil
	}
	key := values[0]
	if len(key) >= 2 && strings.HasPrefix(key, `"`) && strings.HasSuffix(key, `"`) {
		key = key[1 : len(key)-1]
	}
	switch {
	case len(values) > 1, key == "":
		return invalidRequest("idempotencyKey", "the header Idempotency-Key must hold one key")
	case message.GetIdempotencyKey() != "" && message.GetIdempotencyKey() != key:
		return invalidRequest("idempotencyKey", "differs from the header Idempotency-Key")
	}
	message.IdempotencyKey = key
	return nil
}

// repeatedREST reports whether the client says that it has sent the call before.
func repeatedREST(header http.Header) bool {
	attempts := header.Get(headerAttempts)
	return attempts != "" && attempts != "0"
}
