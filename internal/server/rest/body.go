package rest

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/server"
)

// firstBuffer is the length of the buffer that a body starts in. A body that is announced and
// has not arrived takes no memory: see grow.
const firstBuffer = 4 << 10

// arriving is a body that is being read, into memory that the call holds until its release.
type arriving struct {
	*unreadBody

	from io.Reader
	// announced is the body's length, or the limit if the client does not say.
	announced int
	buffer    *message.Buffer
	// n is how many bytes have arrived, and reserved how many admission has been asked for.
	n, reserved int
	limit       *arrivalLimit
}

// readAll reads the body of a call. A body whose stated length is too large, or too large for
// the moment, is refused before any of it is read.
func (b *unreadBody) readAll(limit int) ([]byte, *providers.Error) {
	a := arriving{unreadBody: b, from: b.request.Body, announced: int(b.request.ContentLength)}
	switch {
	case b.request.ContentLength > int64(limit):
		return nil, message.TooLarge(limit)
	case b.request.ContentLength < 0:
		// One byte more than the limit shows that a body is too large.
		a.from, a.announced = http.MaxBytesReader(b.writer, b.request.Body, int64(limit)), limit+1
	default:
		if shed := b.call.Permit.Fits(b.request.ContentLength); shed != nil {
			return nil, shed
		}
	}
	a.limit = b.limits.begin(b.writer)
	refused := a.read()
	if b.limits.end(a.limit) {
		refused = server.TooSlow()
	}
	b.call.Arrival = time.Since(b.call.Start)
	if refused != nil {
		return nil, refused
	}
	b.whole = true
	server.BodyArrived(b.request)
	return a.buffer.Content[:a.n], nil
}

// read reads until the body has arrived.
func (a *arriving) read() *providers.Error {
	a.hold(a.buffers.Get(min(a.announced, firstBuffer)))
	for a.n < a.announced {
		if a.n == len(a.buffer.Content) {
			a.grow()
		}
		end, refused := a.reserveAhead()
		if refused != nil {
			return refused
		}
		if a.n > 0 {
			a.limit.expect(a.n)
		}
		read, err := a.from.Read(a.buffer.Content[a.n:end])
		a.n += read
		switch limit, beyond := errors.AsType[*http.MaxBytesError](err); {
		case beyond:
			return message.TooLarge(int(limit.Limit))
		case err == io.EOF && (a.n == a.announced || a.request.ContentLength < 0):
			return a.reserve(a.n)
		case err != nil:
			return &providers.Error{Reason: providers.InvalidRequest, Message: "the body did not arrive whole"}
		}
	}
	return a.reserve(a.n)
}

// reserveAhead reserves the bytes of the next read, and returns where that read ends. The first
// step is reserved only once it has arrived.
func (a *arriving) reserveAhead() (end int, refused *providers.Error) {
	if a.n < server.FirstStep {
		return min(len(a.buffer.Content), server.FirstStep), nil
	}
	if a.n < a.reserved {
		return min(len(a.buffer.Content), a.reserved), nil
	}
	end = min(len(a.buffer.Content), server.StepFactor*a.n)
	if a.request.ContentLength < 0 {
		return end, a.reserve(a.n) // the body may end here
	}
	return end, a.reserve(end)
}

// reserve raises what is reserved to total bytes.
func (a *arriving) reserve(total int) *providers.Error {
	shed := a.call.Permit.Reserve(int64(total - a.reserved))
	if shed == nil {
		a.reserved = total
	}
	return shed
}

// grow gives the body a longer buffer: if possible a used one of the whole length, after which
// nothing more is allocated or copied. A new one is at most four times as long as what has
// arrived, so that all buffers together are only a third longer than the last.
func (a *arriving) grow() {
	var longer *message.Buffer
	if a.request.ContentLength > 0 {
		longer = a.buffers.Reuse(a.announced)
	}
	if longer == nil {
		longer = a.buffers.Get(min(a.announced, max(server.StepFactor*a.n, server.FirstStep)))
	}
	copy(longer.Content, a.buffer.Content)
	a.buffer.Free()
	a.hold(longer)
}

func (a *arriving) hold(buffer *message.Buffer) { a.buffer, a.call.Memory.Memory = buffer, buffer }
