package admission

import (
	"context"
	"time"

	"golang.org/x/time/rate"
)

const (
	// refusalsAtOnce is how many refusals a second a caller gets without delay, and refusalPause
	// the delay of the others.
	refusalsAtOnce = 100
	refusalPause   = 250 * time.Millisecond
	// maxPaused bounds the paused calls of all callers; others are not delayed. Each takes about 10
	// KiB.
	maxPaused = 1024
)

// Pause delays the refusal of a caller's call for lack of room. The first hundred in a second are not
// delayed, others by 250 ms or until ctx ends: otherwise a client that comes back as soon as it is
// refused would take the processor from all others. Callers without a name are not delayed, since it
// is not known who they are.
func (c *Controller) Pause(ctx context.Context, caller string) {
	h := c.named(caller)
	if h == nil || h.refusals.Allow() {
		return
	}
	defer c.paused.Add(-1)
	if c.paused.Add(1) > maxPaused {
		return
	}
	timer := time.NewTimer(refusalPause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func newRefusals() *rate.Limiter { return rate.NewLimiter(refusalsAtOnce, refusalsAtOnce) }
