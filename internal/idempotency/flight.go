package idempotency

import (
	"context"
	"crypto/rand"
	"runtime/debug"
	"time"
)

// windUp is how long the last caller to leave waits for the call that it has thereby
// ended: what that comes to says more than that the caller left.
const windUp = 20 * time.Millisecond

// flight is one run of a call, and those who wait for it.
type flight struct {
	id     callID
	owner  string
	shared *sharedContext

	// done is closed when result and err are set.
	done   chan struct{}
	result Result
	err    error
}

func newFlight(first context.Context, id callID) *flight {
	return &flight{id: id, owner: rand.Text(), shared: newSharedContext(first), done: make(chan struct{})}
}

// wait returns what became of the flight, or that ctx ended before.
func (f *flight) wait(ctx context.Context) (Result, error) {
	select {
	case <-f.done:
		return f.result, f.err
	case <-ctx.Done():
	}
	if ended := f.shared.leave(ctx); ended {
		select {
		case <-f.done:
			return f.result, f.err
		case <-time.After(windUp):
		}
	}
	return Result{Outcome: Left}, ctx.Err()
}

// leaseEnd is how long the lease must last for those who wait at the moment.
func (f *flight) leaseEnd() time.Time {
	deadline, _ := f.shared.Deadline()
	return deadline.Add(leaseGrace)
}

// run makes the call.
func (f *flight) run(run Run) (answer Answer, err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &PanicError{Value: value, Stack: debug.Stack()}
		}
	}()
	return run(f.shared)
}

// PanicError is the error of a call that panicked.
type PanicError struct {
	// Value may hold anything; it is not to be printed.
	Value any
	Stack []byte
}

// Error does not tell the value.
func (e *PanicError) Error() string { return "the call panicked" }
