package idempotency_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/idempotency"
)

// handOut is a run that hands out its context and ends with it.
func handOut(to chan<- context.Context) idempotency.Run {
	return func(ctx context.Context) (idempotency.Answer, error) {
		to <- ctx
		<-ctx.Done()
		return idempotency.Answer{}, ctx.Err()
	}
}

func requireDeadline(t *testing.T, want time.Time, ctx context.Context) { //nolint:revive // as require has it
	t.Helper()
	got, ok := ctx.Deadline()
	require.True(t, ok)
	require.WithinDuration(t, want, got, 0)
}

func TestTheDeadlineIsTheLatestOfThoseWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keeper := newKeeper(t, newMemory())
		start := time.Now()
		contexts := make(chan context.Context, 1)
		first := begin(t, keeper, 3*time.Second, "message", handOut(contexts))
		ctx := <-contexts
		requireDeadline(t, start.Add(3*time.Second), ctx)
		second := begin(t, keeper, 2*time.Second, "message", nil)
		requireDeadline(t, start.Add(3*time.Second), ctx)
		third := begin(t, keeper, 9*time.Second, "message", nil)
		requireDeadline(t, start.Add(9*time.Second), ctx)
		third.cancel()
		<-third.ended
		requireDeadline(t, start.Add(3*time.Second), ctx)
		first.cancel()
		<-first.ended
		requireDeadline(t, start.Add(2*time.Second), ctx)
		require.NoError(t, ctx.Err())
		<-second.ended
		requireDeadline(t, start.Add(2*time.Second), ctx)
		require.Equal(t, context.DeadlineExceeded, ctx.Err())
		require.Equal(t, context.DeadlineExceeded, context.Cause(ctx), "not the first caller's")
		require.Equal(t, 2*time.Second, time.Since(start))
	})
}

func TestTheFirstCallersValuesAreKept(t *testing.T) {
	type key struct{}
	keeper := newKeeper(t, newMemory())
	var got any
	ctx := context.WithValue(withDeadline(t), key{}, "the first's")
	do(ctx, keeper, "message", func(ctx context.Context) (idempotency.Answer, error) {
		got = ctx.Value(key{})
		return idempotency.Answer{}, nil
	})
	require.Equal(t, "the first's", got)
}

func TestDerivedContexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keeper := newKeeper(t, newMemory())
		start := time.Now()
		contexts := make(chan context.Context, 1)
		caller := begin(t, keeper, 3*time.Second, "message", handOut(contexts))
		shared := <-contexts

		before := runtime.NumGoroutine()
		sooner, cancel := context.WithTimeout(shared, time.Second)
		defer cancel()
		later, cancel := context.WithTimeout(shared, time.Minute)
		defer cancel()
		done, cancel := context.WithCancel(shared)
		cancel()
		require.Equal(t, before, runtime.NumGoroutine(), "a goroutine for a context")

		require.Equal(t, context.Canceled, done.Err())
		require.NoError(t, shared.Err())
		<-sooner.Done()
		require.Equal(t, time.Second, time.Since(start))
		require.NoError(t, shared.Err())
		<-later.Done()
		require.Equal(t, 3*time.Second, time.Since(start))
		require.Equal(t, context.DeadlineExceeded, later.Err())
		require.Equal(t, context.DeadlineExceeded, context.Cause(later))
		<-caller.ended
	})
}

func TestAContextDerivedAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keeper := newKeeper(t, newMemory())
		contexts := make(chan context.Context, 1)
		caller := begin(t, keeper, 3*time.Second, "message", handOut(contexts))
		shared := <-contexts
		caller.cancel()
		<-caller.ended
		ctx, cancel := context.WithTimeout(shared, time.Second)
		defer cancel()
		require.Equal(t, context.Canceled, ctx.Err())
	})
}

// What a run has left running ends with it.
func TestTheContextEndsWithItsCall(t *testing.T) {
	keeper := newKeeper(t, newMemory())
	contexts := make(chan context.Context, 1)
	do(withDeadline(t), keeper, "message", func(ctx context.Context) (idempotency.Answer, error) {
		contexts <- ctx
		return idempotency.Answer{}, nil
	})
	shared := <-contexts
	<-shared.Done()
	require.Equal(t, context.Canceled, shared.Err())
}
