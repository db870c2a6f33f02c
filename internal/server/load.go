package server

import (
	"sync/atomic"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// Limits bounds what the gateway has in hand. What would pass a bound is shed with
// OVERLOADED before its message is read, and the calls in hand go on as ever: under
// twice the load they could only all be late. Of either bound, calls that a client
// sends again may take four fifths, so that repetitions never crowd out first calls.
//
// Calls of the RPC and of the REST route count, from when their headers have arrived
// until they are answered; health, reflection, /healthz and the admin listener do not.
// Zero is no bound.
type Limits struct {
	// MaxCalls is how many calls there may be.
	MaxCalls int
	// MaxPhotoBytes is how many bytes their messages may have together, as they are
	// sent: nearly all of that is photos. A message that states its length counts
	// whole from the start; a REST body that does not counts as it is read.
	MaxPhotoBytes int64
}

// load counts what the gateway has in hand. It is safe for concurrent use, takes no
// lock and allocates nothing.
type load struct {
	calls, bytes gauge
}

func (l *load) limit(limits Limits) {
	l.calls.limit, l.bytes.limit = int64(limits.MaxCalls), limits.MaxPhotoBytes
}

// admit takes the call in, or says why it is shed. An admitted call's permit must be
// released.
func (l *load) admit(call *Call, repeated bool) *providers.Error {
	if !l.calls.take(1, repeated) {
		return overloaded("too many calls at once")
	}
	call.permit.load, call.permit.repeated, call.permit.calls = l, repeated, 1
	return nil
}

// permit is what a call holds of the load; the zero permit holds nothing. It belongs to
// the goroutine that serves the call, but for releaseBytes.
type permit struct {
	load     *load
	repeated bool
	calls    int64
	bytes    atomic.Int64
}

// reserve takes that many bytes of message more, or says why the call is shed.
func (p *permit) reserve(bytes int64) *providers.Error {
	if p.load == nil {
		return nil
	}
	if !p.load.bytes.take(bytes, p.repeated) {
		return overloaded("too many photos at once")
	}
	p.bytes.Add(bytes)
	return nil
}

// release gives everything back, once.
func (p *permit) release() {
	if p.load == nil {
		return
	}
	p.releaseBytes()
	p.load.calls.held.Add(-p.calls)
	p.calls = 0
}

// releaseBytes gives the bytes back, once. It may be called from any goroutine.
func (p *permit) releaseBytes() {
	if p.load != nil {
		p.load.bytes.held.Add(-p.bytes.Swap(0))
	}
}

func overloaded(message string) *providers.Error {
	return &providers.Error{Reason: providers.Overloaded, Message: message}
}

// gauge counts what is held of something limited; a limit of 0 is none.
type gauge struct {
	limit int64
	held  atomic.Int64
}

// take adds n and reports true, or would pass the limit and changes nothing. It never
// refuses what fits at that moment, which adding first and looking then would.
func (g *gauge) take(n int64, repeated bool) bool {
	limit := g.limit
	if repeated {
		limit -= limit / 5
	}
	for {
		held := g.held.Load()
		if g.limit > 0 && held+n > limit {
			return false
		}
		if g.held.CompareAndSwap(held, held+n) {
			return true
		}
	}
}
