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

func withDeadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	t.Cleanup(cancel)
	return ctx
}

func TestTheSameMessageGetsTheSameAnswer(t *testing.T) {
	keeper, v := newKeeper(t, newMemory()), &vendor{}
	require.Equal(t, reply{"token-1", idempotency.Issued, nil}, do(withDeadline(t), keeper, "message", v.run))
	require.Equal(t, reply{"token-1", idempotency.Replayed, nil}, do(withDeadline(t), keeper, "message", v.run))
	require.Equal(t, reply{"token-1", idempotency.Replayed, nil}, do(withDeadline(t), keeper, "message", v.run))
	require.Equal(t, 1, v.calls)
}

func TestAnotherMessageIsRefused(t *testing.T) {
	keeper, v := newKeeper(t, newMemory()), &vendor{}
	do(withDeadline(t), keeper, "message", v.run)
	require.Equal(t, reply{"", idempotency.Reused, idempotency.ErrReused}, do(withDeadline(t), keeper, "another", v.run))
	require.Equal(t, reply{"token-1", idempotency.Replayed, nil}, do(withDeadline(t), keeper, "message", v.run))
}

func TestTheSameBytesInOtherPartsAreAnotherMessage(t *testing.T) {
	keeper, v := newKeeper(t, newMemory()), &vendor{}
	send := func(parts ...string) idempotency.Outcome {
		call := idempotency.Call{Key: "key", Run: v.run}
		for _, part := range parts {
			call.Message = append(call.Message, idempotency.Part{[]byte(part)})
		}
		return doCall(withDeadline(t), keeper, call).outcome
	}
	require.Equal(t, idempotency.Issued, send("ab", "c"))
	require.Equal(t, idempotency.Replayed, send("ab", "c"))
	for _, parts := range [][]string{{"abc"}, {"a", "bc"}, {"ab", "", "c"}, {"ab", "c", ""}, {"c", "ab"}} {
		require.Equal(t, idempotency.Reused, send(parts...), parts)
	}
}

func TestKeysOfTwoCallersAreTwoKeys(t *testing.T) {
	keeper, v := newKeeper(t, newMemory()), &vendor{}
	for i, call := range []idempotency.Call{
		{Caller: "", Key: "abc"}, {Caller: "a", Key: "bc"}, {Caller: "ab", Key: "c"}, {Caller: "", Key: "abd"},
	} {
		call.Run = v.run
		require.Equal(t, idempotency.Issued, doCall(withDeadline(t), keeper, call).outcome)
		require.Equal(t, i+1, v.calls)
	}
}

func TestHowLongAnAnswerIsRepeated(t *testing.T) {
	for name, c := range map[string]struct{ life, repeated time.Duration }{
		"until it has ten seconds left": {5 * time.Minute, 5*time.Minute - 10*time.Second},
		"it never had ten seconds":      {9 * time.Second, 0},
		"nobody knows":                  {0, 10 * time.Minute},
		"an hour":                       {time.Hour + 10*time.Second, time.Hour},
		"more than an hour":             {25 * time.Hour, time.Hour},
		"it has expired before":         {-time.Second, 0},
	} {
		inBubble(t, name, func(t *testing.T) {
			t.Helper()
			keeper, v := newKeeper(t, newMemory()), &vendor{life: c.life}
			ctx, cancel := context.WithTimeout(t.Context(), 48*time.Hour)
			defer cancel()
			require.Equal(t, "token-1", do(ctx, keeper, "message", v.run).answer)
			if c.repeated > 0 {
				time.Sleep(c.repeated - 1)
				require.Equal(t, reply{"token-1", idempotency.Replayed, nil}, do(ctx, keeper, "message", v.run))
				time.Sleep(time.Nanosecond)
			}
			require.Equal(t, reply{"token-2", idempotency.Issued, nil}, do(ctx, keeper, "any message", v.run))
		})
	}
}

// How long an answer is repeated at most is the operator's to say, and never longer than it
// lives.
func TestReplayTime(t *testing.T) {
	for most, repeated := range map[time.Duration]time.Duration{time.Minute: time.Minute, 3 * time.Hour: 2*time.Hour - 10*time.Second} {
		for life, want := range map[time.Duration]time.Duration{2 * time.Hour: repeated, 0: min(most, 10*time.Minute)} {
			synctest.Test(t, func(t *testing.T) {
				keeper := newKeeper(t, newMemory())
				idempotency.WithReplayTime(most)(keeper)
				v := &vendor{life: life}
				ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
				defer cancel()
				require.Equal(t, "token-1", do(ctx, keeper, "message", v.run).answer)
				time.Sleep(want - 1)
				require.Equal(t, idempotency.Replayed, do(ctx, keeper, "message", v.run).outcome)
				time.Sleep(time.Nanosecond)
				require.Equal(t, "token-2", do(ctx, keeper, "message", v.run).answer)
			})
		}
	}
}

// How much life is of use is the operator's to say.
func TestMargin(t *testing.T) {
	for margin, repeated := range map[time.Duration]time.Duration{0: time.Minute, 20 * time.Second: 40 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			keeper, err := idempotency.NewKeeper(newMemory(), secret, idempotency.WithMargin(margin))
			require.NoError(t, err)
			v := &vendor{life: time.Minute}
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			require.Equal(t, "token-1", do(ctx, keeper, "message", v.run).answer)
			time.Sleep(repeated - 1)
			require.Equal(t, idempotency.Replayed, do(ctx, keeper, "message", v.run).outcome)
			time.Sleep(time.Nanosecond)
			require.Equal(t, "token-2", do(ctx, keeper, "message", v.run).answer)
			time.Sleep(100 * time.Millisecond)
		})
	}
}

// Two versions of a message's form cannot be compared: nothing is said of the message, and
// nothing is repeated.
func TestAnotherForm(t *testing.T) {
	keeper, v := newKeeper(t, newMemory()), &vendor{}
	call := idempotency.Call{Key: "key", Message: []idempotency.Part{{[]byte("message")}}, Form: 1, Run: v.run}
	require.Equal(t, idempotency.Issued, doCall(withDeadline(t), keeper, call).outcome)
	call.Form = 2
	require.Equal(t, idempotency.Unavailable, doCall(withDeadline(t), keeper, call).outcome)
	call.Form = 1
	require.Equal(t, idempotency.Replayed, doCall(withDeadline(t), keeper, call).outcome)
	require.Equal(t, 1, v.calls)
}

func TestAFailureFreesTheKey(t *testing.T) {
	keeper, v := newKeeper(t, newMemory()), &vendor{}
	refused := errors.New("refused")
	fails := func(context.Context) (idempotency.Answer, error) { return idempotency.Answer{}, refused }
	require.Equal(t, reply{"", idempotency.Failed, refused}, do(withDeadline(t), keeper, "message", fails))
	require.Equal(t, reply{"token-1", idempotency.Issued, nil}, do(withDeadline(t), keeper, "another", v.run))
}

func TestAPanicIsAFailure(t *testing.T) {
	keeper, v := newKeeper(t, newMemory()), &vendor{}
	got := do(withDeadline(t), keeper, "message", func(context.Context) (idempotency.Answer, error) { panic("a name") })
	require.Equal(t, idempotency.Failed, got.outcome)
	var failure *idempotency.PanicError
	require.ErrorAs(t, got.err, &failure)
	require.Equal(t, "a name", failure.Value)
	require.Contains(t, string(failure.Stack), "TestAPanicIsAFailure")
	require.NotContains(t, failure.Error(), "a name")
	require.Equal(t, "token-1", do(withDeadline(t), keeper, "message", v.run).answer)
}

func TestFullMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keeper, v := newKeeper(t, idempotency.NewMemory(1, 1<<20)), &vendor{life: time.Minute}
		require.Equal(t, "token-1", do(withDeadline(t), keeper, "message", v.run).answer)
		got := doCall(withDeadline(t), keeper, idempotency.Call{Key: "another", Run: v.run})
		require.Equal(t, idempotency.Unavailable, got.outcome)
		require.ErrorIs(t, got.err, idempotency.ErrUnavailable)
		require.ErrorIs(t, got.err, idempotency.ErrFull)
		require.Equal(t, "token-1", do(withDeadline(t), keeper, "message", v.run).answer, "what it holds it repeats")

		time.Sleep(time.Minute)
		require.Equal(t, "token-2", doCall(withDeadline(t), keeper, idempotency.Call{Key: "another", Run: v.run}).answer)
	})
}
