package idempotency_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/idempotency"
)

const deadline = 8 * time.Second

var secret = []byte("a secret of thirty-two bytes, 32")

func newMemory() *idempotency.Memory { return idempotency.NewMemory(1000, 1<<30) }

func newKeeper(tb testing.TB, store idempotency.Store) *idempotency.Keeper {
	tb.Helper()
	keeper, err := idempotency.NewKeeper(store, secret)
	require.NoError(tb, err)
	// On virtual time its goroutines end only while the test goes on.
	tb.Cleanup(func() { time.Sleep(100 * time.Millisecond) })
	return keeper
}

// vendor counts the calls made of it. Each takes as long as took says and is answered
// by another token, which expires after life, 0 for nobody knows when.
type vendor struct {
	took, life time.Duration

	mu    sync.Mutex
	calls int
}

func (v *vendor) run(ctx context.Context) (idempotency.Answer, error) {
	v.mu.Lock()
	v.calls++
	answer := idempotency.Answer{Content: fmt.Appendf(nil, "token-%d", v.calls)}
	v.mu.Unlock()
	if v.life != 0 {
		answer.Expires = time.Now().Add(v.life)
	}
	if v.took == 0 {
		return answer, nil
	}
	select {
	case <-time.After(v.took):
		return answer, nil
	case <-ctx.Done():
		return idempotency.Answer{}, ctx.Err()
	}
}

// hangs returns a run that ignores its context, and is over before the test is. It is
// answered by "late".
func hangs(t *testing.T, d time.Duration) idempotency.Run {
	t.Helper()
	t.Cleanup(func() { time.Sleep(d) })
	return func(context.Context) (idempotency.Answer, error) {
		time.Sleep(d)
		return idempotency.Answer{Content: []byte("late")}, nil
	}
}

// reply is what Do returned.
type reply struct {
	answer  string
	outcome idempotency.Outcome
	err     error
}

func do(ctx context.Context, keeper *idempotency.Keeper, message string, run idempotency.Run) reply {
	return doCall(ctx, keeper, idempotency.Call{Key: "key", Message: []idempotency.Part{{[]byte(message)}}, Run: run})
}

func doCall(ctx context.Context, keeper *idempotency.Keeper, call idempotency.Call) reply {
	result, err := keeper.Do(ctx, call)
	return reply{string(result.Answer), result.Outcome, err}
}

// caller is one whose call is in flight.
type caller struct {
	cancel context.CancelFunc
	ended  chan reply
}

// begin makes a call, and returns when it can go no further without time passing.
func begin(t *testing.T, keeper *idempotency.Keeper, timeout time.Duration, message string, run idempotency.Run) *caller {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	c := &caller{cancel: cancel, ended: make(chan reply, 1)}
	go func() {
		defer cancel()
		c.ended <- do(ctx, keeper, message, run)
	}()
	synctest.Wait()
	return c
}

// waits reports whether the call is still in flight.
func (c *caller) waits() bool {
	synctest.Wait()
	return len(c.ended) == 0
}

// inBubble runs a test on virtual time.
func inBubble(t *testing.T, name string, test func(*testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) { synctest.Test(t, test) })
}
