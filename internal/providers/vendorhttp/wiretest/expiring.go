package wiretest

import (
	"context"
	"sync"
)

// Expiring is a context whose deadline passes when the test calls Expire.
type Expiring struct {
	context.Context
	// Expire may be called more than once.
	Expire func()
	done   <-chan struct{}
}

// NewExpiring returns a context with the values of ctx, and no other end than Expire.
func NewExpiring(ctx context.Context) *Expiring {
	done := make(chan struct{})
	return &Expiring{ctx, sync.OnceFunc(func() { close(done) }), done}
}

// Done is closed by Expire.
func (e *Expiring) Done() <-chan struct{} { return e.done }

// Err is that of a deadline once Expire was called.
func (e *Expiring) Err() error {
	select {
	case <-e.done:
		return context.DeadlineExceeded
	default:
		return nil
	}
}
