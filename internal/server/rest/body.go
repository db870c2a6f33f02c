package rest

import (
	"errors"
	"io"
	"net/http"

	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// firstBuffer is the length of the buffer for a body of unknown length.
const firstBuffer = 32 << 10

// readAll reads the body of a call that has been admitted, into memory that the call
// holds until it is released. By its stated length it is refused, too large or shed,
// before any of it is read.
func (b *unreadBody) readAll(limit int) ([]byte, *providers.Error) {
	c, r := b.call, b.request
	if r.ContentLength > int64(limit) {
		return nil, message.TooLarge(limit)
	}
	if r.ContentLength < 0 {
		return b.readUnknownLength(http.MaxBytesReader(b.writer, r.Body, int64(limit)))
	}
	if shed := c.Permit.Reserve(r.ContentLength); shed != nil {
		return nil, shed
	}
	body := b.buffers.Get(int(r.ContentLength))
	c.Memory.Memory = body
	if _, err := io.ReadFull(r.Body, body.Content); err != nil {
		return nil, bodyCutOff()
	}
	return body.Content, nil
}

// readUnknownLength reads a body whose bytes are reserved as they come.
func (b *unreadBody) readUnknownLength(from io.Reader) ([]byte, *providers.Error) {
	c := b.call
	body, n := b.buffers.Get(firstBuffer), 0
	for {
		c.Memory.Memory = body
		read, err := from.Read(body.Content[n:])
		n += read
		if shed := c.Permit.Reserve(int64(read)); shed != nil {
			return nil, shed
		}
		switch limit, beyond := errors.AsType[*http.MaxBytesError](err); {
		case beyond:
			return nil, message.TooLarge(int(limit.Limit))
		case err == io.EOF:
			return body.Content[:n], nil
		case err != nil:
			return nil, bodyCutOff()
		}
		if n == len(body.Content) {
			longer := b.buffers.Get(2 * n)
			copy(longer.Content, body.Content)
			body.Free()
			body = longer
		}
	}
}

func bodyCutOff() *providers.Error {
	return &providers.Error{Reason: providers.InvalidRequest, Message: "the body did not arrive whole"}
}
