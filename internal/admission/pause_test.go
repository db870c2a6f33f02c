package admission

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// paused returns how long the caller's next refusal takes.
func (c *Controller) pausedFor(ctx context.Context, caller string) time.Duration {
	begun := time.Now()
	c.Pause(ctx, caller)
	return time.Since(begun)
}

// Whoever is refused now and then is told at once; a flood is slowed down to a quarter of a
// second each, and nobody else notices.
func TestFloodsOfRefusalsAreSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewController(Limits{}, map[string]Limits{"loud": {}, "quiet": {}})
		for range refusalsAtOnce {
			require.Zero(t, c.pausedFor(t.Context(), "loud"))
		}
		require.Equal(t, refusalPause, c.pausedFor(t.Context(), "loud"))
		require.Zero(t, c.pausedFor(t.Context(), "quiet"))
		for range 10 * refusalsAtOnce {
			require.Zero(t, c.pausedFor(t.Context(), "nobody"))
		}
		time.Sleep(time.Second)
		for range refusalsAtOnce {
			require.Zero(t, c.pausedFor(t.Context(), "loud"))
		}

		// Two hundred workers that come again at once: the hundred of each second, and four of
		// each worker.
		const workers, seconds = 200, 10
		end := time.Now().Add(seconds * time.Second)
		refused := make([]int, workers)
		var all sync.WaitGroup
		for i := range refused {
			all.Go(func() {
				for ; time.Now().Before(end); refused[i]++ {
					c.Pause(t.Context(), "loud")
				}
			})
		}
		all.Wait()
		sum := 0
		for _, n := range refused {
			sum += n
		}
		require.InEpsilon(t, seconds*(refusalsAtOnce+4*workers), sum, 0.05)
	})
}

// Paused calls are bounded, and nobody waits for who has left.
func TestPausedCallsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewController(Limits{}, map[string]Limits{"loud": {}})
		for range refusalsAtOnce {
			c.Pause(t.Context(), "loud")
		}
		ctx, leave := context.WithCancel(t.Context())
		var waiting sync.WaitGroup
		for range maxPaused {
			waiting.Go(func() { c.Pause(ctx, "loud") })
		}
		synctest.Wait()
		require.Zero(t, c.pausedFor(t.Context(), "loud"))
		begun := time.Now()
		leave()
		waiting.Wait()
		require.Zero(t, time.Since(begun))
		require.Zero(t, c.paused.Load())
		require.Equal(t, refusalPause, c.pausedFor(t.Context(), "loud"))
	})
}
