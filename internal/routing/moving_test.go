package routing

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// movingContext is one whose deadline moves, and which ends when it is told to.
type movingContext struct {
	context.Context

	mu       sync.Mutex
	deadline time.Time
	done     chan struct{}
	err      error
}

func newMovingContext(t *testing.T, left time.Duration) *movingContext {
	t.Helper()
	return &movingContext{Context: t.Context(), deadline: time.Now().Add(left), done: make(chan struct{})}
}

func (c *movingContext) Deadline() (time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.deadline, true
}

func (c *movingContext) Done() <-chan struct{} { return c.done }

func (c *movingContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

func (c *movingContext) move(left time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = time.Now().Add(left)
}

func (c *movingContext) end(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = err
	close(c.done)
}

// A deadline that moves out leaves the next attempt more time.
func TestDeadlineThatMovesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := newMovingContext(t, 3500*time.Millisecond)
		time.AfterFunc(time.Second, func() { ctx.move(8 * time.Second) })
		v := &vendor{}
		_, failure := issueUnder(ctx, t, router(target("a", by(&vendor{takes: time.Hour})), target("b", by(v))), query())
		require.Nil(t, failure)
		require.Equal(t, []time.Duration{3 * time.Second}, v.left)
	})
}

// A deadline that moves in cuts the attempt in flight short: that is the caller's doing,
// and says nothing of the vendor.
func TestNeverOpensOnADeadlineThatMovesIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := once(target("a", by(&vendor{takes: time.Hour})))
		for range 4 * toOpen {
			ctx := newMovingContext(t, 8*time.Second)
			time.AfterFunc(time.Second, func() { ctx.end(context.DeadlineExceeded) })
			_, failure := issueUnder(ctx, t, r, query())
			require.Equal(t, providers.VendorTimeout, failure.Reason)
		}
		require.Equal(t, guards{}, stateOf(r, 0))
	})
}
