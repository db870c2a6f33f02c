package rest

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/server"
)

// The values of headers that every answer has, made once.
var (
	noStore = []string{"no-store"}
	noSniff = []string{"nosniff"}
)

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

// silent keeps grpc-gateway from noticing that a client has left, which it would write to its
// own log. It also closes an HTTP/1 connection whose request body was not read: net/http would
// wait for the rest of that body before it sent the answer.
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
