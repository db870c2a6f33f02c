package server

import (
	"errors"
	"io"
	"net/http"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// readBody reads the body of a call that has been admitted. By its stated length it is
// refused, too large or shed, before any of it is read.
func readBody(w http.ResponseWriter, r *http.Request, p *permit) ([]byte, *providers.Error) {
	if r.ContentLength > maxBodyBytes {
		return nil, tooLarge(maxBodyBytes)
	}
	var from io.Reader = http.MaxBytesReader(w, r.Body, maxBodyBytes)
	if r.ContentLength < 0 {
		from = reserving{from, p}
	} else if shed := p.reserve(r.ContentLength); shed != nil {
		return nil, shed
	}
	body, err := io.ReadAll(from)
	if err == nil {
		return body, nil
	}
	if _, beyond := errors.AsType[*http.MaxBytesError](err); beyond {
		return nil, tooLarge(maxBodyBytes)
	}
	if refused, ok := errors.AsType[*providers.Error](err); ok {
		return nil, refused
	}
	return nil, &providers.Error{Reason: providers.InvalidRequest, Message: "the body did not arrive whole"}
}

// reserving is a body of unknown length, whose bytes are reserved as they are read.
type reserving struct {
	io.Reader
	permit *permit
}

func (r reserving) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if shed := r.permit.reserve(int64(n)); shed != nil {
		return n, shed
	}
	return n, err
}
