package server

import (
	"errors"
	"io"
	"net/http"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// readBody reads the body of a call that has been admitted, into memory that the call
// holds until it is released. By its stated length it is refused, too large or shed,
// before any of it is read.
func (s *Service) readBody(w http.ResponseWriter, r *http.Request, call *Call, limit int) ([]byte, *providers.Error) {
	if r.ContentLength > int64(limit) {
		return nil, tooLarge(limit)
	}
	if r.ContentLength < 0 {
		return s.readUnknownLength(http.MaxBytesReader(w, r.Body, int64(limit)), call)
	}
	if shed := call.permit.reserve(r.ContentLength); shed != nil {
		return nil, shed
	}
	body := s.arenas.get(int(r.ContentLength))
	call.memory.Memory = body
	if _, err := io.ReadFull(r.Body, body.content); err != nil {
		return nil, bodyCutOff()
	}
	return body.content, nil
}

// readUnknownLength reads a body whose bytes are reserved as they come.
func (s *Service) readUnknownLength(from io.Reader, call *Call) ([]byte, *providers.Error) {
	body, n := s.arenas.get(copiedBytes), 0
	for {
		call.memory.Memory = body
		read, err := from.Read(body.content[n:])
		n += read
		if shed := call.permit.reserve(int64(read)); shed != nil {
			return nil, shed
		}
		switch limit, beyond := errors.AsType[*http.MaxBytesError](err); {
		case beyond:
			return nil, tooLarge(int(limit.Limit))
		case err == io.EOF:
			return body.content[:n], nil
		case err != nil:
			return nil, bodyCutOff()
		}
		if n == len(body.content) {
			longer := s.arenas.get(2 * n)
			copy(longer.content, body.content)
			body.Free()
			body = longer
		}
	}
}

func bodyCutOff() *providers.Error {
	return &providers.Error{Reason: providers.InvalidRequest, Message: "the body did not arrive whole"}
}
