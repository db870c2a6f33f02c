package idempotency

import (
	"context"
	"time"
)

// Call is a call under an idempotency key.
type Call struct {
	// Caller owns the key: the same key of two callers is two keys.
	Caller, Key string
	// Message is what is asked, in a form in which the same request always has the same bytes in the
	// same parts. It is only read, and not after Do has returned.
	Message []Part
	// Form is the version of that form. It changes when the same message gets other bytes.
	Form uint16
	Run  Run
	// Release, if not nil, is called once, when Run has ended or will not be called, to release what
	// Run needs.
	Release func()
}

func (c *Call) release() {
	if c.Release != nil {
		c.Release()
	}
}

// Part is a part of a message, in pieces. Where it is cut does not matter.
type Part [][]byte

// Run makes a call. It must return when ctx ends. ctx has the values of the first caller. Its Deadline is
// the latest of the callers who are waiting, and may move while it runs; a derived context with a later
// deadline moves with it. Hold makes it last when nobody waits any more.
type Run func(ctx context.Context) (Answer, error)

// Hold keeps the context of a Run from ending, whoever leaves, until release is called. It is for what
// cannot be undone, such as a request that is being sent. The run must call release by until; the lease of
// the key lasts as long. If the context has already ended, Hold returns nil: it is too late to begin. For
// any other context it does nothing.
func Hold(ctx context.Context, until time.Time) (release func()) {
	if shared, ok := ctx.Value(holdKey{}).(*sharedContext); ok {
		return shared.hold(until)
	}
	return func() {}
}

// Answer is the answer to a call.
type Answer struct {
	// Content goes to several callers and must not be changed.
	Content []byte
	// Expires is when it becomes useless, zero if that is not known. If it has a monotonic clock
	// reading, a wall clock that jumps does not free the key too early.
	Expires time.Time
}

// unknownLife bounds how long an answer is repeated that does not say when it expires.
const unknownLife = 10 * time.Minute

// end is until when the answer is repeated: until only the margin of its life is left, and for most at
// most.
func (a Answer) end(now time.Time, margin, most time.Duration) time.Time {
	switch latest, useful := now.Add(most), a.Expires.Add(-margin); {
	case a.Expires.IsZero():
		return now.Add(min(unknownLife, most))
	case useful.After(latest):
		return latest
	default:
		return useful
	}
}

// useful reports whether the answer has the margin of life left. A store may hold one that has not,
// because it was slow to take or to return it.
func (a Answer) useful(now time.Time, margin time.Duration) bool {
	return a.Expires.IsZero() || a.Expires.Add(-margin).After(now)
}
