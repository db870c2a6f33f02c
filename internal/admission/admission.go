// Package admission decides which calls are admitted and which are shed: it counts calls and bytes of
// messages against limits. It knows nothing of what a call is.
package admission

import (
	"sync/atomic"

	"golang.org/x/time/rate"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// Limits bounds what the gateway, or one caller, has in flight; zero is no bound. Calls beyond are
// shed, before their message is read where that is possible: otherwise, under twice the load, all
// calls would be late. Calls that a client says it sends again may use only four fifths of either
// bound, so that retries never crowd out first calls.
//
// Calls of the RPC and of the REST route count from the arrival of their message until they are
// answered. Health, reflection, /healthz and the admin listener do not count.
type Limits struct {
	// MaxCalls bounds calls.
	MaxCalls int
	// MaxPhotoBytes bounds the bytes of their messages as they are sent, nearly all of which are
	// photos. Bytes count as they arrive, not when a client announces them.
	MaxPhotoBytes int64
}

// Controller counts what is in flight against the limits: all callers' together, beyond which
// calls are shed with OVERLOADED, and each caller's own, beyond which they are shed with
// CALLER_QUOTA_EXCEEDED.
//
// If there are several callers, the last fifth of the common limit is for those who hold no more than
// an equal share of it, counting those who hold anything, but at least two. So a caller who takes all
// it can get leaves room for the next, and gives way until shares are equal.
//
// It is safe for concurrent use, and except for Pause takes no lock and allocates nothing.
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

// NewController returns a controller with the limits of all, and those of each caller by name. All
// callers without a name there count as one without limits.
func NewController(limits Limits, callers map[string]Limits) *Controller {
	c := &Controller{}
	c.Use(limits, callers)
	return c
}

// Use replaces the limits. What is in flight still counts, even for callers who have gone. It must
// not be called concurrently with itself.
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

// InFlight returns how many calls are in flight, and how many bytes of messages.
func (c *Controller) InFlight() (calls, bytes int64) { return c.calls.held.Load(), c.bytes.held.Load() }

// Limits returns the limits of all callers together.
func (c *Controller) Limits() Limits {
	return Limits{MaxCalls: int(c.calls.limit.Load()), MaxPhotoBytes: c.bytes.limit.Load()}
}

// InFlightOf returns what one caller has in flight.
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

// Open gives a call of the named caller a permit to read its message, or says why the call is shed
// already. The permit must be released. It holds nothing yet, because the message may never come.
func (c *Controller) Open(permit *Permit, caller string, resent bool) *providers.Error {
	permit.controller, permit.caller, permit.resent = c, c.holder(caller), resent
	return shed(c.calls.fits(&permit.caller.calls, 1, resent), "calls")
}

// Permit is a call's share of the limits; the zero permit holds nothing. Except for ReleaseBytes it is
// for the goroutine that serves the call.
type Permit struct {
	controller *Controller
	caller     *holder
	resent     bool
	calls      int64
	bytes      atomic.Int64
}

// Admit admits the call, once its message has arrived, or says why it is shed.
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

// Fits says why a message of that many bytes would be shed now; nil if it would not. It reserves
// nothing.
func (p *Permit) Fits(bytes int64) *providers.Error {
	if p.controller == nil {
		return nil
	}
	return shed(p.controller.bytes.fits(&p.caller.bytes, bytes, p.resent), "photos")
}

// Reserve reserves that many more bytes, or says why the call is shed.
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

// Release gives everything back. Calling it again does nothing.
func (p *Permit) Release() {
	if p.controller == nil {
		return
	}
	p.ReleaseBytes()
	p.controller.calls.release(&p.caller.calls, p.calls)
	p.calls = 0
}

// ReleaseBytes gives the bytes back. It may be called again, and from any goroutine.
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
