// Package admission decides which calls are taken in and which are shed: it counts calls
// and bytes of messages against limits. It knows nothing of what a call is.
package admission

import (
	"sync/atomic"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// Limits bounds what the gateway has in flight. What would pass a bound is shed with
// OVERLOADED, where that is known before its message is read: under twice the load all
// calls would be late. Of either bound, calls that a client sends again may take four
// fifths, so that retries never crowd out first calls.
//
// Calls of the RPC and of the REST route count, from when their messages have arrived
// until they are answered; health, reflection, /healthz and the admin listener do not.
// Zero is no bound.
type Limits struct {
	// MaxCalls is how many calls there may be.
	MaxCalls int
	// MaxPhotoBytes is how many bytes their messages may have together, as they are
	// sent: nearly all of that is photos. They count as they arrive: what a client
	// announces holds nothing.
	MaxPhotoBytes int64
}

// Controller counts what is in flight against the limits. It is safe for concurrent use,
// takes no lock and allocates nothing.
type Controller struct {
	calls, bytes gauge
}

// NewController returns a controller that sheds what would pass the limits.
func NewController(limits Limits) *Controller {
	c := &Controller{}
	c.calls.limit, c.bytes.limit = int64(limits.MaxCalls), limits.MaxPhotoBytes
	return c
}

// InFlight returns how many calls there are, and how many bytes of their messages.
func (c *Controller) InFlight() (calls, bytes int64) { return c.calls.held.Load(), c.bytes.held.Load() }

// Open lets a call read its message under a permit, or says why the call is shed already.
// The permit must be released. It holds nothing yet: a message may never come.
func (c *Controller) Open(permit *Permit, resent bool) *providers.Error {
	if !c.calls.fits(1, resent) {
		return overloaded(tooManyCalls)
	}
	permit.controller, permit.resent = c, resent
	return nil
}

const (
	tooManyCalls  = "too many calls at once"
	tooManyPhotos = "too many photos at once"
)

// Permit is what a call holds of the limits; the zero permit holds nothing. It belongs to
// the goroutine that serves the call, but for ReleaseBytes.
type Permit struct {
	controller *Controller
	resent     bool
	calls      int64
	bytes      atomic.Int64
}

// Admit takes in the call, whose message has arrived, or says why it is shed.
func (p *Permit) Admit() *providers.Error {
	if p.controller == nil {
		return nil
	}
	if !p.controller.calls.take(1, p.resent) {
		return overloaded(tooManyCalls)
	}
	p.calls++
	return nil
}

// Fits says why a message of that many bytes would be shed now. It takes nothing.
func (p *Permit) Fits(bytes int64) *providers.Error {
	if p.controller == nil || p.controller.bytes.fits(bytes, p.resent) {
		return nil
	}
	return overloaded(tooManyPhotos)
}

// Reserve takes that many bytes of message more, or says why the call is shed.
func (p *Permit) Reserve(bytes int64) *providers.Error {
	if p.controller == nil {
		return nil
	}
	if !p.controller.bytes.take(bytes, p.resent) {
		return overloaded(tooManyPhotos)
	}
	p.bytes.Add(bytes)
	return nil
}

// Release gives everything back, once.
func (p *Permit) Release() {
	if p.controller == nil {
		return
	}
	p.ReleaseBytes()
	p.controller.calls.held.Add(-p.calls)
	p.calls = 0
}

// ReleaseBytes gives the bytes back, once. It may be called from any goroutine.
func (p *Permit) ReleaseBytes() {
	if p.controller != nil {
		p.controller.bytes.held.Add(-p.bytes.Swap(0))
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
func (g *gauge) take(n int64, resent bool) bool {
	for {
		held := g.held.Load()
		if !g.within(held+n, resent) {
			return false
		}
		if g.held.CompareAndSwap(held, held+n) {
			return true
		}
	}
}

// fits reports whether take would.
func (g *gauge) fits(n int64, resent bool) bool { return g.within(g.held.Load()+n, resent) }

func (g *gauge) within(total int64, resent bool) bool {
	limit := g.limit
	if resent {
		limit -= limit / 5
	}
	return g.limit <= 0 || total <= limit
}
