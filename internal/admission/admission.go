// Package admission decides which calls are taken in and which are shed: it counts calls
// and bytes of messages against limits. It knows nothing of what a call is.
package admission

import (
	"sync/atomic"

	"golang.org/x/time/rate"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// Limits bounds what the gateway, or a caller, has in flight. What would pass a bound is shed,
// where that is known before its message is read: under twice the load all calls would be
// late. Of either bound, calls that a client sends again may take four fifths, so that retries
// never crowd out first calls.
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

// Controller counts what is in flight against the limits: all callers' together, beyond which
// calls are shed with OVERLOADED, and each caller's own, beyond which they are shed with
// CALLER_QUOTA_EXCEEDED.
//
// Where there are several callers, the last fifth of all is for those who hold no more than an
// equal share: of those who hold anything, two at least. So one who takes all that it can get
// leaves room for whoever comes, and gives way until the shares are equal.
//
// It is safe for concurrent use, takes no lock and allocates nothing, but for Pause.
type Controller struct {
	calls, bytes total
	callers      atomic.Pointer[map[string]*holder]
	// others are the callers without a name.
	others holder
	paused atomic.Int64
}

// holder is what one caller holds, and how often it is refused.
type holder struct {
	calls, bytes gauge
	refusals     *rate.Limiter
}

// NewController returns a controller that sheds what would pass the limits, or those of a
// caller, which are by name. Whoever has no name there is one caller without bounds.
func NewController(limits Limits, callers map[string]Limits) *Controller {
	c := &Controller{}
	c.Use(limits, callers)
	return c
}

// Use has the limits be these from now on. What is in flight counts as before, of a caller who
// is not among them any more too. It must not be called concurrently with itself.
func (c *Controller) Use(limits Limits, callers map[string]Limits) {
	holders := make(map[string]*holder, len(callers))
	for name, own := range callers {
		h := c.named(name)
		if h == nil {
			h = &holder{refusals: newRefusals()}
		}
		h.calls.limit.Store(int64(own.MaxCalls))
		h.bytes.limit.Store(own.MaxPhotoBytes)
		holders[name] = h
	}
	least := int64(0)
	if len(callers) > 1 {
		least = 2
	}
	c.calls.least.Store(least)
	c.bytes.least.Store(least)
	c.calls.limit.Store(int64(limits.MaxCalls))
	c.bytes.limit.Store(limits.MaxPhotoBytes)
	c.callers.Store(&holders)
}

// InFlight returns how many calls there are, and how many bytes of their messages.
func (c *Controller) InFlight() (calls, bytes int64) { return c.calls.held.Load(), c.bytes.held.Load() }

// Limits returns those of all callers together.
func (c *Controller) Limits() Limits {
	return Limits{MaxCalls: int(c.calls.limit.Load()), MaxPhotoBytes: c.bytes.limit.Load()}
}

// InFlightOf returns the same of a caller by name.
func (c *Controller) InFlightOf(caller string) (calls, bytes int64) {
	h := c.holder(caller)
	return h.calls.held.Load(), h.bytes.held.Load()
}

func (c *Controller) holder(caller string) *holder {
	if h := c.named(caller); h != nil {
		return h
	}
	return &c.others
}

// named returns the holder of that name, nil if there is none.
func (c *Controller) named(caller string) *holder {
	if callers := c.callers.Load(); callers != nil {
		return (*callers)[caller]
	}
	return nil
}

// Open lets a call of the caller of that name read its message under a permit, or says why the
// call is shed already. The permit must be released. It holds nothing yet: a message may never
// come.
func (c *Controller) Open(permit *Permit, caller string, resent bool) *providers.Error {
	permit.controller, permit.caller, permit.resent = c, c.holder(caller), resent
	return shed(c.calls.fits(&permit.caller.calls, 1, resent), "calls")
}

// Permit is what a call holds of the limits; the zero permit holds nothing. It belongs to
// the goroutine that serves the call, but for ReleaseBytes.
type Permit struct {
	controller *Controller
	caller     *holder
	resent     bool
	calls      int64
	bytes      atomic.Int64
}

// Admit takes in the call, whose message has arrived, or says why it is shed.
func (p *Permit) Admit() *providers.Error {
	if p.controller == nil {
		return nil
	}
	v := p.controller.calls.take(&p.caller.calls, 1, p.resent)
	if v == fits {
		p.calls++
	}
	return shed(v, "calls")
}

// Fits says why a message of that many bytes would be shed now. It takes nothing.
func (p *Permit) Fits(bytes int64) *providers.Error {
	if p.controller == nil {
		return nil
	}
	return shed(p.controller.bytes.fits(&p.caller.bytes, bytes, p.resent), "photos")
}

// Reserve takes that many bytes of message more, or says why the call is shed.
func (p *Permit) Reserve(bytes int64) *providers.Error {
	if p.controller == nil {
		return nil
	}
	v := p.controller.bytes.take(&p.caller.bytes, bytes, p.resent)
	if v == fits {
		p.bytes.Add(bytes)
	}
	return shed(v, "photos")
}

// Release gives everything back, once.
func (p *Permit) Release() {
	if p.controller == nil {
		return
	}
	p.ReleaseBytes()
	p.controller.calls.release(&p.caller.calls, p.calls)
	p.calls = 0
}

// ReleaseBytes gives the bytes back, once. It may be called from any goroutine.
func (p *Permit) ReleaseBytes() {
	if p.controller != nil {
		p.controller.bytes.release(&p.caller.bytes, p.bytes.Swap(0))
	}
}

// shed returns the failure of a call that does not fit.
func shed(v verdict, of string) *providers.Error {
	switch v {
	case overloaded:
		return &providers.Error{Reason: providers.Overloaded, Message: "too many " + of + " at once"}
	case aboveShare:
		return &providers.Error{
			Reason: providers.Overloaded, Message: "too many " + of + " at once, and of this caller more than its equal share",
		}
	case overQuota:
		return &providers.Error{Reason: providers.CallerQuotaExceeded, Message: "too many " + of + " of the caller at once"}
	default:
		return nil
	}
}
