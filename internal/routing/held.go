package routing

import (
	"context"
	"net"
	"net/http/httptrace"
	"sync"
	"time"
)

// held is an attempt whose context must not end once it has begun to send its request. For any other
// attempt it is nil.
type held struct {
	hold func(until time.Time) (release func())
	ends time.Time

	mu         sync.Mutex
	connection net.Conn // carries the request
	release    func()
	over       bool
}

// held returns what holds an attempt until ends at the latest. It must be ended.
func (c *call) held(ends time.Time) *held {
	if c.query.Hold == nil {
		return nil
	}
	return &held{hold: c.query.Hold, ends: ends}
}

// context returns ctx without its deadline, which is the caller's and not the attempt's.
func (h *held) context(ctx context.Context) context.Context {
	if h == nil {
		return ctx
	}
	return ownTime{ctx}
}

// ownTime is a context without a deadline.
type ownTime struct{ context.Context }

// Deadline returns none.
func (ownTime) Deadline() (time.Time, bool) { return time.Time{}, false }

// AfterFunc saves a goroutine: the context package calls it for contexts that are derived from this
// one.
func (c ownTime) AfterFunc(f func()) (stop func() bool) { return context.AfterFunc(c.Context, f) }

// watch returns ctx for the attempt's request, with a trace by which net/http says when it begins to
// send.
func (h *held) watch(ctx context.Context) context.Context {
	if h == nil {
		return ctx
	}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: h.connected,
		WroteHeaders: func() {
			if !h.begin() {
				<-ctx.Done() // otherwise closing the connection would count as the vendor's failure
				h.hangUp()
			}
		},
	})
}

func (h *held) connected(info httptrace.GotConnInfo) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.connection = info.Conn
}

// begin reports whether the request may be sent.
func (h *held) begin() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over {
		return false
	}
	if h.release == nil {
		h.release = h.hold(h.ends)
	}
	return h.release != nil
}

// hangUp closes the connection. Although the context has ended, net/http would send the rest of the
// request, which it has in a buffer.
func (h *held) hangUp() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.connection != nil {
		_ = h.connection.Close()
	}
}

func (h *held) end() {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.over = true
	if h.release != nil {
		h.release()
	}
}
