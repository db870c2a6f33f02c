package idempotency_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/idempotency"
)

// sends is a run that begins to send a request after a time, which is then held until it
// is answered.
func (v *vendor) sends(after time.Duration) idempotency.Run {
	return func(ctx context.Context) (idempotency.Answer, error) {
		select {
		case <-time.After(after):
		case <-ctx.Done():
			return idempotency.Answer{}, ctx.Err()
		}
		defer idempotency.Hold(ctx, time.Now().Add(v.took))()
		return v.run(ctx)
	}
}

// What was sent is answered, and its answer repeated, though its caller left: whether it
// went away or had no more time.
func TestAHeldRunGoesOnWithoutItsCaller(t *testing.T) {
	for name, leave := range map[string]struct {
		timeout, cancelled time.Duration
		left               time.Duration
		why                error
	}{
		"cancelled":       {deadline, 300 * time.Millisecond, 300 * time.Millisecond, context.Canceled},
		"out of time":     {300 * time.Millisecond, time.Hour, 280 * time.Millisecond, context.DeadlineExceeded},
		"next to no time": {110 * time.Millisecond, time.Hour, 110 * time.Millisecond, context.DeadlineExceeded},
	} {
		inBubble(t, name, func(t *testing.T) {
			t.Helper()
			keeper, v := newKeeper(t, newMemory()), &vendor{took: 1200 * time.Millisecond}
			start := time.Now()
			first := begin(t, keeper, leave.timeout, "message", v.sends(100*time.Millisecond))
			stop := time.AfterFunc(leave.cancelled, first.cancel)
			defer stop.Stop()
			left := <-first.ended
			require.Equal(t, idempotency.Left, left.outcome)
			require.ErrorIs(t, left.err, leave.why)
			require.ErrorIs(t, left.err, idempotency.ErrRunning)
			require.Equal(t, leave.left, time.Since(start))

			time.Sleep(2 * time.Second)
			again := begin(t, keeper, deadline, "message", v.sends(0))
			require.Equal(t, reply{"token-1", idempotency.Replayed, nil}, <-again.ended)
			require.Equal(t, 1, v.calls)
		})
	}
}

// Who comes while it goes on waits for it.
func TestAHeldRunIsJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keeper, v := newKeeper(t, newMemory()), &vendor{took: 10 * time.Second}
		first := begin(t, keeper, time.Second, "message", v.sends(0))
		<-first.ended
		time.Sleep(6 * time.Second)
		second := begin(t, keeper, deadline, "message", v.sends(0))
		require.Equal(t, reply{"token-1", idempotency.Joined, nil}, <-second.ended)
		require.Equal(t, 1, v.calls)
	})
}

// Before anything is sent, and once nothing is held any more, a run ends with its last
// caller.
func TestARunThatIsNotHeldEndsWithItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keeper, v := newKeeper(t, newMemory()), &vendor{}
		first := begin(t, keeper, time.Second, "message", v.sends(2*time.Second))
		require.Equal(t, reply{"", idempotency.Failed, context.DeadlineExceeded}, <-first.ended)

		ends := make(chan time.Duration, 1)
		start := time.Now()
		second := begin(t, keeper, time.Second, "message", func(ctx context.Context) (idempotency.Answer, error) {
			release := idempotency.Hold(ctx, time.Now().Add(3*time.Second))
			time.Sleep(2 * time.Second)
			release()
			release() // twice is once
			select {
			case <-ctx.Done():
				ends <- time.Since(start)
			default:
			}
			return idempotency.Answer{}, ctx.Err()
		})
		require.ErrorIs(t, (<-second.ended).err, idempotency.ErrRunning)
		require.Equal(t, 2*time.Second, <-ends)
		synctest.Wait()
		third := begin(t, keeper, deadline, "message", v.run)
		require.Equal(t, reply{"token-1", idempotency.Issued, nil}, <-third.ended)
	})
}

// extensions counts how often a lease is asked to last longer.
type extensions struct {
	idempotency.Store
	count atomic.Int64
}

func (e *extensions) Extend(ctx context.Context, name idempotency.Digest, lease idempotency.Record, ttl time.Duration) (bool, error) {
	e.count.Add(1)
	return e.Store.Extend(ctx, name, lease, ttl)
}

// What lasts hardly longer than the lease was taken for costs the store no operation: the grace is
// long enough.
func TestAShortHoldExtendsNothing(t *testing.T) {
	for hold, want := range map[time.Duration]int64{
		deadline - time.Second: 0, deadline + time.Second: 0, deadline + time.Second + time.Millisecond: 1,
	} {
		inBubble(t, hold.String(), func(t *testing.T) {
			t.Helper()
			store := &extensions{Store: newMemory()}
			keeper := newKeeper(t, store)
			c := begin(t, keeper, deadline, "message", func(ctx context.Context) (idempotency.Answer, error) {
				defer idempotency.Hold(ctx, time.Now().Add(hold))()
				return idempotency.Answer{Content: []byte("token")}, nil
			})
			require.Equal(t, reply{"token", idempotency.Issued, nil}, <-c.ended)
			synctest.Wait()
			require.Equal(t, want, store.count.Load())
		})
	}
}

// The run that goes on without callers has the lease for as long as it may take, and a
// grace.
func TestTheLeaseLastsAsLongAsTheHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, v := newMemory(), &vendor{took: 30 * time.Second}
		here, elsewhere := newKeeper(t, store), newKeeper(t, store)
		first := begin(t, here, 300*time.Millisecond, "message", v.sends(0))
		<-first.ended
		time.Sleep(29 * time.Second)
		busy := begin(t, elsewhere, deadline, "message", v.run)
		require.Equal(t, reply{"", idempotency.InProgress, idempotency.ErrInProgress}, <-busy.ended)
		time.Sleep(2 * time.Second)
		replayed := begin(t, elsewhere, deadline, "message", v.run)
		require.Equal(t, reply{"token-1", idempotency.Replayed, nil}, <-replayed.ended)
	})
}

// A held run that fails frees its key.
func TestAHeldRunThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keeper, v := newKeeper(t, newMemory()), &vendor{}
		first := begin(t, keeper, time.Second, "message", func(ctx context.Context) (idempotency.Answer, error) {
			defer idempotency.Hold(ctx, time.Now().Add(2*time.Second))()
			time.Sleep(2 * time.Second)
			return idempotency.Answer{}, errors.New("refused")
		})
		<-first.ended
		time.Sleep(2 * time.Second)
		second := begin(t, keeper, deadline, "message", v.run)
		require.Equal(t, reply{"token-1", idempotency.Issued, nil}, <-second.ended)
	})
}

// What ends a hold does not end the call of those who wait.
func TestAReleasedRunGoesOnForWhoWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keeper, v := newKeeper(t, newMemory()), &vendor{took: time.Second}
		first := begin(t, keeper, deadline, "message", func(ctx context.Context) (idempotency.Answer, error) {
			idempotency.Hold(ctx, time.Now().Add(time.Second))()
			return v.run(ctx)
		})
		require.Equal(t, reply{"token-1", idempotency.Issued, nil}, <-first.ended)
	})
}

// What a run needs is released when it has ended, and once, whoever came with it.
func TestWhatARunNeedsIsReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keeper, v := newKeeper(t, newMemory()), &vendor{took: time.Second}
		var released [3]atomic.Int32
		ask := func(i int) {
			ctx, cancel := context.WithTimeout(t.Context(), deadline)
			defer cancel()
			doCall(ctx, keeper, idempotency.Call{
				Key: "key", Message: []idempotency.Part{{[]byte("message")}}, Run: v.run, Release: func() { released[i].Add(1) },
			})
		}
		go ask(0)
		synctest.Wait()
		go ask(1)
		synctest.Wait()
		require.Zero(t, released[0].Load())
		require.Equal(t, int32(1), released[1].Load())
		time.Sleep(time.Second)
		synctest.Wait()
		ask(2)
		time.Sleep(time.Second)
		for i := range released {
			require.Equal(t, int32(1), released[i].Load(), i)
		}
	})
}

// A flight that was given up and ends late leaves the one that took its place alone.
func TestAFlightThatEndsLateForgetsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keeper, v := newKeeper(t, newMemory()), &vendor{took: 10 * time.Second}
		first := begin(t, keeper, time.Second, "message", hangs(t, 12*time.Second))
		<-first.ended
		second := begin(t, keeper, 30*time.Second, "message", v.run) // from 6 s to 16 s
		time.Sleep(12 * time.Second)
		third := begin(t, keeper, 30*time.Second, "message", v.run)
		require.Equal(t, reply{"token-1", idempotency.Issued, nil}, <-second.ended)
		require.Equal(t, reply{"token-1", idempotency.Joined, nil}, <-third.ended)
	})
}

func TestHoldOfAnotherContext(t *testing.T) {
	idempotency.Hold(t.Context(), time.Now())()
}

// Many who wait for one call cost each other nothing: joining and leaving is not paid for
// by the number of those who wait.
func TestManyWaitForOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const callers = 5000
		keeper, v := newKeeper(t, newMemory()), &vendor{took: time.Second}
		var waiting sync.WaitGroup
		for i := range callers {
			waiting.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), deadline+time.Duration(i%7)*time.Second)
				defer cancel()
				if got := do(ctx, keeper, "message", v.run); got.answer != "token-1" {
					t.Error(strconv.Itoa(i), got)
				}
			})
		}
		waiting.Wait()
		require.Equal(t, 1, v.calls)
	})
}
