package idempotency_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/idempotency"
)

func TestDuplicatesShareOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keeper, v := newKeeper(t, newMemory()), &vendor{took: time.Second}
		first := begin(t, keeper, deadline, "message", v.run)
		second := begin(t, keeper, deadline, "message", v.run)
		third := begin(t, keeper, deadline, "message", v.run)
		require.Equal(t, reply{"token-1", idempotency.Issued, nil}, <-first.ended)
		require.Equal(t, reply{"token-1", idempotency.Joined, nil}, <-second.ended)
		require.Equal(t, reply{"token-1", idempotency.Joined, nil}, <-third.ended)
		require.Equal(t, 1, v.calls)
	})
}

func TestAFailureGoesToAllWhoWait(t *testing.T) {
	refused := errors.New("refused")
	for name, run := range map[string]idempotency.Run{
		"failure": func(context.Context) (idempotency.Answer, error) {
			time.Sleep(time.Second)
			return idempotency.Answer{}, refused
		},
		"panic": func(context.Context) (idempotency.Answer, error) {
			time.Sleep(time.Second)
			panic("a name")
		},
	} {
		inBubble(t, name, func(t *testing.T) {
			t.Helper()
			keeper := newKeeper(t, newMemory())
			first := begin(t, keeper, deadline, "message", run)
			second := begin(t, keeper, deadline, "message", run)
			failed, joined := <-first.ended, <-second.ended
			require.Equal(t, idempotency.Failed, failed.outcome)
			require.Equal(t, idempotency.Joined, joined.outcome)
			require.Error(t, failed.err)
			require.Same(t, failed.err, joined.err)
		})
	}
}

func TestAnotherMessageIsRefusedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keeper, v := newKeeper(t, newMemory()), &vendor{took: time.Second}
		first := begin(t, keeper, deadline, "message", v.run)
		other := begin(t, keeper, deadline, "another", v.run)
		require.False(t, other.waits())
		require.Equal(t, reply{"", idempotency.Reused, idempotency.ErrReused}, <-other.ended)
		require.Equal(t, "token-1", (<-first.ended).answer)
	})
}

func TestACallOutlivesTheCallerWhoStartedIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keeper, v := newKeeper(t, newMemory()), &vendor{took: 2 * time.Second}
		first := begin(t, keeper, time.Second, "message", v.run)
		second := begin(t, keeper, deadline, "message", v.run)
		third := begin(t, keeper, deadline, "message", v.run)
		third.cancel()
		require.Equal(t, reply{"", idempotency.Left, context.Canceled}, <-third.ended)
		require.Equal(t, reply{"", idempotency.Left, context.DeadlineExceeded}, <-first.ended)
		require.True(t, second.waits())
		require.Equal(t, reply{"token-1", idempotency.Joined, nil}, <-second.ended)
	})
}

// The last caller to leave gets what the call makes of its end.
func TestACallEndsWithItsLastCaller(t *testing.T) {
	for name, c := range map[string]struct {
		leave func(*caller)
		want  error
	}{
		"at its deadline": {func(*caller) { time.Sleep(2 * time.Second) }, context.DeadlineExceeded},
		"cancelled":       {func(last *caller) { last.cancel() }, context.Canceled},
	} {
		inBubble(t, name, func(t *testing.T) {
			t.Helper()
			keeper := newKeeper(t, newMemory())
			said := errors.New("what the call says of it")
			var got error
			run := func(ctx context.Context) (idempotency.Answer, error) {
				<-ctx.Done()
				got = ctx.Err()
				return idempotency.Answer{}, said
			}
			first := begin(t, keeper, deadline, "message", run)
			last := begin(t, keeper, 2*time.Second, "message", run)
			first.cancel()
			require.Equal(t, context.Canceled, (<-first.ended).err)
			require.True(t, last.waits())
			c.leave(last)
			require.Equal(t, reply{"", idempotency.Joined, said}, <-last.ended)
			require.Equal(t, c.want, got)
		})
	}
}

func TestTheLastCallerDoesNotWaitForACallThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keeper := newKeeper(t, newMemory())
		only := begin(t, keeper, time.Second, "message", hangs(t, time.Minute))
		started := time.Now()
		require.Equal(t, reply{"", idempotency.Left, context.DeadlineExceeded}, <-only.ended)
		require.LessOrEqual(t, time.Since(started), time.Second+20*time.Millisecond)
	})
}

// A caller who comes while a call winds up that everyone has left waits for its end.
func TestACallerAfterEveryoneHasLeft(t *testing.T) {
	for name, c := range map[string]struct {
		ends func() (idempotency.Answer, error)
		want reply
	}{
		"it fails": {
			func() (idempotency.Answer, error) { return idempotency.Answer{}, context.Canceled },
			reply{"token-1", idempotency.Issued, nil},
		},
		"it is answered after all": {
			func() (idempotency.Answer, error) { return idempotency.Answer{Content: []byte("late")}, nil },
			reply{"late", idempotency.Replayed, nil},
		},
	} {
		inBubble(t, name, func(t *testing.T) {
			t.Helper()
			keeper, v := newKeeper(t, heedful{newMemory()}), &vendor{}
			windsUp := func(ctx context.Context) (idempotency.Answer, error) {
				<-ctx.Done()
				time.Sleep(10 * time.Millisecond)
				return c.ends()
			}
			first := begin(t, keeper, deadline, "message", windsUp)
			first.cancel()
			synctest.Wait()
			second := begin(t, keeper, deadline, "message", v.run)
			require.True(t, second.waits())
			require.Equal(t, c.want, <-second.ended)
			<-first.ended
		})
	}
}

func TestACallerWhoLeavesWhileACallWindsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keeper := newKeeper(t, newMemory())
		first := begin(t, keeper, deadline, "message", hangs(t, time.Minute))
		first.cancel()
		<-first.ended
		second := begin(t, keeper, time.Second, "message", nil)
		require.Equal(t, reply{"", idempotency.Left, context.DeadlineExceeded}, <-second.ended)
	})
}
