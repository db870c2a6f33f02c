package idempotency

import (
	"context"
	"crypto/rand"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// windUp is how long the last caller to leave waits for the run that it has thereby ended, because
// the run's result says more than that the caller has left.
const windUp = 20 * time.Millisecond

// replyReserve is what is left of a caller's deadline to tell it that the run continues without it.
const replyReserve = 20 * time.Millisecond

// flight is one run of a call, and the callers who wait for it.
type flight struct {
	id callID
	// lease is what the store is asked to hold.
	lease  Record
	shared *sharedContext
	// leased is until when the store holds the lease at least, nil if it may not yet.
	leased atomic.Pointer[time.Time]

	// done is closed when result and err are set.
	done   chan struct{}
	result Result
	err    error
}

// newFlight returns the flight of a call for which first waits.
func newFlight(first context.Context, id callID, call *Call) (*flight, *waiter) {
	shared, w := newSharedContext(first)
	lease := Record{Message: id.message, Form: call.Form, Owner: rand.Text(), Caller: call.Caller}
	return &flight{id: id, lease: lease, shared: shared, done: make(chan struct{})}, w
}

// wait returns what became of the flight, or that ctx ended before.
func (f *flight) wait(ctx context.Context, w *waiter) (Result, error) {
	deadline, _ := ctx.Deadline()
	nearDeadline := time.NewTimer(time.Until(deadline) - replyReserve)
	defer nearDeadline.Stop()
	for {
		select {
		case <-f.done:
			return f.result, f.err
		case <-nearDeadline.C:
			if f.shared.leaveIfHeld(w, context.DeadlineExceeded) {
				return running(context.DeadlineExceeded)
			}
		case <-ctx.Done():
			return f.leave(ctx, w)
		}
	}
}

// leave returns what a caller gets whose context has ended.
func (f *flight) leave(ctx context.Context, w *waiter) (Result, error) {
	ended, held := f.shared.leave(w, ctx.Err())
	if held {
		return running(ctx.Err())
	}
	if ended {
		select {
		case <-f.done:
			return f.result, f.err
		case <-time.After(windUp):
		}
	}
	return Result{Outcome: Left}, ctx.Err()
}

// running is what a caller gets who leaves a run that goes on.
func running(why error) (Result, error) {
	return Result{Outcome: Left}, fmt.Errorf("%w: %w", ErrRunning, why)
}

// leaseEnd is how long the lease must last for those who wait at the moment, and for what
// goes on without them.
func (f *flight) leaseEnd() time.Time { return f.shared.lasts().Add(leaseGrace) }

// outlasts reports whether the flight may need the lease for longer than it has it.
func (f *flight) outlasts() bool {
	leased := f.leased.Load()
	return leased == nil || f.leaseEnd().After(leased.Add(leaseSlack))
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
