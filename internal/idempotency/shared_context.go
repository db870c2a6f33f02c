package idempotency

import (
	"context"
	"slices"
	"sync"
	"time"
)

// sharedContext is the context of a call that several callers wait for. It ends when
// nobody waits any more. It carries the first caller's values.
//
// Its deadline is the latest of those who wait at the moment, and so may move. There is
// no timer: that last caller's own deadline makes it leave.
type sharedContext struct {
	values context.Context
	// end ends with the shared context, always for context.Canceled.
	end    context.Context
	cancel context.CancelFunc

	mu        sync.Mutex
	deadlines []time.Time
	latest    time.Time
	err       error
}

// newSharedContext returns the context of a call for which first waits.
func newSharedContext(first context.Context) *sharedContext {
	c := &sharedContext{values: context.WithoutCancel(first)}
	c.end, c.cancel = context.WithCancel(context.Background())
	c.join(first)
	return c
}

// join adds a caller, if the context has not ended, and reports whether the deadline
// moved with it.
func (c *sharedContext) join(caller context.Context) (joined, moved bool) {
	deadline, _ := caller.Deadline()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return false, false
	}
	moved = deadline.After(c.latest)
	c.deadlines = append(c.deadlines, deadline)
	c.latest = slices.MaxFunc(c.deadlines, time.Time.Compare)
	return true, moved
}

// leave takes a caller away whose own context has ended, and ends the shared one with
// the last. It reports whether that has ended.
func (c *sharedContext) leave(caller context.Context) (ended bool) {
	deadline, _ := caller.Deadline()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return true
	}
	i := slices.IndexFunc(c.deadlines, deadline.Equal)
	c.deadlines = slices.Delete(c.deadlines, i, i+1)
	if len(c.deadlines) > 0 {
		c.latest = slices.MaxFunc(c.deadlines, time.Time.Compare)
		return false
	}
	c.finish(caller.Err())
	return true
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

// Done is closed when nobody waits any more.
func (c *sharedContext) Done() <-chan struct{} { return c.end.Done() }

// Err returns context.DeadlineExceeded if the last caller left at its deadline, and
// context.Canceled if it went away.
func (c *sharedContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Value returns the first caller's value.
func (c *sharedContext) Value(key any) any { return c.values.Value(key) }

// AfterFunc is what the context package calls, rather than start a goroutine, for each
// context that is derived from this one.
func (c *sharedContext) AfterFunc(f func()) (stop func() bool) { return context.AfterFunc(c.end, f) }
