package idempotency

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// sharedContext is the context of a call that several callers wait for. It ends when
// nobody waits any more and nothing holds it. It carries the first caller's values.
//
// Its deadline is the latest of those who wait at the moment, and so may move. There is
// no timer: that last caller's own deadline makes it leave.
type sharedContext struct {
	values context.Context
	// end ends with the shared context, always for context.Canceled.
	end    context.Context
	cancel context.CancelFunc
	// held is called when a hold lasts longer than anybody waits.
	held func()

	mu      sync.Mutex
	waiters waiters
	// latest is the deadline of who waits longest, or of who left last.
	latest time.Time
	// holds counts what holds the context, until then at most. left is why the last caller
	// left meanwhile.
	holds int
	until time.Time
	left  error
	err   error
}

// newSharedContext returns the context of a call for which first waits.
func newSharedContext(first context.Context) (*sharedContext, *waiter) {
	c := &sharedContext{values: context.WithoutCancel(first), held: func() {}}
	c.end, c.cancel = context.WithCancel(context.Background())
	w, _ := c.join(first)
	return c, w
}

// join adds a caller, if the context has not ended, and reports whether the deadline
// moved with it.
func (c *sharedContext) join(caller context.Context) (w *waiter, moved bool) {
	deadline, _ := caller.Deadline()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return nil, false
	}
	moved = len(c.waiters) == 0 || deadline.After(c.latest)
	w = &waiter{deadline: deadline}
	heap.Push(&c.waiters, w)
	c.latest = c.waiters[0].deadline
	return w, moved
}

// leave takes a caller away, whose own context has ended for that, and ends the shared one
// with the last unless something holds it. It reports whether that has ended, or is held.
func (c *sharedContext) leave(w *waiter, why error) (ended, held bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.takeAway(w, why)
	return c.err != nil, c.holds > 0
}

// leaveIfHeld takes a caller away if something holds the context.
func (c *sharedContext) leaveIfHeld(w *waiter, why error) (left bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.holds == 0 {
		return false
	}
	c.takeAway(w, why)
	return true
}

func (c *sharedContext) takeAway(w *waiter, why error) {
	if c.err != nil {
		return
	}
	heap.Remove(&c.waiters, w.index)
	switch {
	case len(c.waiters) > 0:
		c.latest = c.waiters[0].deadline
	case c.holds > 0:
		c.left = why
	default:
		c.finish(why)
	}
}

// hold keeps the context from ending while nobody waits, until release is called. One that
// has ended already stays so, and has no release.
func (c *sharedContext) hold(until time.Time) (release func()) {
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return nil
	}
	c.holds++
	longer := until.After(c.until) && until.After(c.latest)
	if until.After(c.until) {
		c.until = until
	}
	c.mu.Unlock()
	if longer {
		c.held()
	}
	return sync.OnceFunc(c.unhold)
}

func (c *sharedContext) unhold() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.holds--
	if c.holds == 0 && len(c.waiters) == 0 && c.err == nil {
		c.finish(c.left)
	}
}

// lasts returns until when the context may last: while someone waits, or something holds
// it.
func (c *sharedContext) lasts() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.until.After(c.latest) {
		return c.until
	}
	return c.latest
}

// close ends the context of a call that has ended itself.
func (c *sharedContext) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.finish(context.Canceled)
	}
}

// finish must be called with the lock held, so that Err and Done agree.
func (c *sharedContext) finish(err error) {
	c.err = err
	c.cancel()
}

// Deadline returns the latest deadline of those who wait, of those who left last when
// nobody does.
func (c *sharedContext) Deadline() (time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.latest, true
}

// Done is closed when nobody waits any more and nothing holds the context.
func (c *sharedContext) Done() <-chan struct{} { return c.end.Done() }

// Err returns context.DeadlineExceeded if the last caller left at its deadline, and
// context.Canceled if it went away.
func (c *sharedContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// holdKey is under which Hold finds the context.
type holdKey struct{}

// Value returns the first caller's value.
func (c *sharedContext) Value(key any) any {
	if key == (holdKey{}) {
		return c
	}
	return c.values.Value(key)
}

// AfterFunc is what the context package calls, rather than start a goroutine, for each
// context that is derived from this one.
func (c *sharedContext) AfterFunc(f func()) (stop func() bool) { return context.AfterFunc(c.end, f) }

// waiter is a caller who waits. waiters is a heap of them, who waits longest on top: a
// heap.Interface, as thousands may wait for one call.
type (
	waiter struct {
		deadline time.Time
		index    int
	}
	waiters []*waiter
)

func (w waiters) Len() int           { return len(w) }
func (w waiters) Less(i, j int) bool { return w[i].deadline.After(w[j].deadline) }

func (w waiters) Swap(i, j int) {
	w[i], w[j] = w[j], w[i]
	w[i].index, w[j].index = i, j
}

// Push appends a waiter.
func (w *waiters) Push(x any) {
	added := x.(*waiter)
	added.index = len(*w)
	*w = append(*w, added)
}

// Pop removes the last waiter.
func (w *waiters) Pop() any {
	last := len(*w) - 1
	removed := (*w)[last]
	(*w)[last] = nil
	*w = (*w)[:last]
	return removed
}
