package idempotency

import (
	"context"
	"time"
)

// Call is a call under an idempotency key.
type Call struct {
	// Caller owns the key: the same key of two callers is two keys.
	Caller, Key string
	// Message is what is asked, in a form in which the same is always the same bytes in
	// the same parts. It is only read, and not after Do.
	Message []Part
	// Form is the version of that form: it changes when the same message comes to other
	// bytes.
	Form uint16
	Run  Run
	// Release, if not nil, is called once, when Run has ended or will not be called: what
	// Run needs is not needed any more.
	Release func()
}

func (c *Call) release() {
	if c.Release != nil {
		c.Release()
	}
}

// Part is a part of a message in the pieces that it lies in; where it is cut does not
// matter.
type Part [][]byte

// Run makes a call. It must return when ctx ends. ctx has the values of the caller who
// came first; its Deadline is the latest of the callers who wait at the moment, and may
// move while it runs. A context derived with a deadline beyond that has none of its
// own, and moves with it. Hold makes it last when nobody waits any more.
type Run func(ctx context.Context) (Answer, error)

// Hold keeps the context of a Run from ending, whoever leaves, until release is called: it
// is for what cannot be undone, such as a request that is sent. The run promises to call
// release by until, at the latest; the lease of the key lasts as long. It returns nil if the
// context has ended: then it is too late to begin. Of any other context it does nothing.
func Hold(ctx context.Context, until time.Time) (release func()) {
	if shared, ok := ctx.Value(holdKey{}).(*sharedContext); ok {
		return shared.hold(until)
	}
	return func() {}
}

// Answer is what a call came to.
type Answer struct {
	// Content goes to several callers and must not be changed.
	Content []byte
	// Expires is when it is of no use any more, zero if that is not known. Its monotonic clock
	// reading, if it has one, keeps a wall clock that jumps from freeing the key too early.
	Expires time.Time
}

// unknownLife is how long an answer is repeated at most that does not say when it
// expires.
const unknownLife = 10 * time.Minute

// end is until when the answer is repeated: it must have so much life left to be of use.
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

// useful reports whether the answer has the margin of life left. A store may hold one that has
// not: what it was asked it may have done late, or its reply was.
func (a Answer) useful(now time.Time, margin time.Duration) bool {
	return a.Expires.IsZero() || a.Expires.Add(-margin).After(now)
}
