package admission

import (
	"context"
	"time"

	"golang.org/x/time/rate"
)

const (
	// refusalsAtOnce is how many refusals a second a caller is told at once, and
	// refusalPause how long the others take.
	refusalsAtOnce = 100
	refusalPause   = 250 * time.Millisecond
	// maxPaused bounds the calls that are paused, of all callers; more are told at once. A
	// call takes about 10 KiB.
	maxPaused = 1024
)

// Pause is called with each call of the caller of that name that is refused for what it or
// others have in flight, before the caller is told. Of the first hundred in a second it
// returns at once, of others after 250 ms or when ctx ends: a client that comes again as soon
// as it is refused takes the processor from all others otherwise. Who has no name is not
// paused: who that is nobody knows.
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
