package routing

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// issueIn makes a call with so much time left, on virtual time.
func issueIn(t *testing.T, left time.Duration, r *Router) (outcome *Outcome, failure *providers.Error, took time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), left)
		defer cancel()
		start := time.Now()
		outcome, failure = issueUnder(ctx, t, r, query())
		took = time.Since(start)
	})
	return outcome, failure, took
}

func TestTooLittleTimeForACall(t *testing.T) {
	v := &vendor{}
	for _, left := range []time.Duration{0, time.Millisecond, 100*time.Millisecond - 1} {
		outcome, failure, _ := issueIn(t, left, router(target("a", by(v))))
		require.Equal(t, providers.DeadlineTooShort, failure.Reason)
		require.Empty(t, outcome.Attempts)
	}
	require.Empty(t, v.calls)

	_, failure, _ := issueIn(t, 100*time.Millisecond, router(target("a", by(v))))
	require.Nil(t, failure)
	require.Equal(t, []time.Duration{80 * time.Millisecond}, v.left)
}

func TestCallWithoutADeadline(t *testing.T) {
	_, failure := issueUnder(t.Context(), t, router(target("a")), query())
	require.Equal(t, providers.DeadlineTooShort, failure.Reason)
}

// An attempt has its target's time, or what the caller's deadline leaves but 20 ms for
// the reply.
func TestTimeOfAnAttempt(t *testing.T) {
	tests := []struct{ timeout, left, want time.Duration }{
		{3 * time.Second, 8 * time.Second, 3 * time.Second},
		{3 * time.Second, 3020 * time.Millisecond, 3 * time.Second},
		{3 * time.Second, 3019 * time.Millisecond, 2999 * time.Millisecond},
		{3 * time.Second, time.Second, 980 * time.Millisecond},
		{50 * time.Millisecond, time.Second, 50 * time.Millisecond},
	}
	for _, test := range tests {
		v := &vendor{}
		_, failure, _ := issueIn(t, test.left, router(target("a", by(v), within(test.timeout))))
		require.Nil(t, failure)
		require.Equal(t, []time.Duration{test.want}, v.left)
	}
}

func TestSecondAttemptHasWhatTheFirstLeaves(t *testing.T) {
	hung, v := &vendor{takes: time.Hour}, &vendor{}
	outcome, failure, took := issueIn(t, 4*time.Second, router(target("a", by(hung)), target("b", by(v))))
	require.Nil(t, failure)
	require.Equal(t, []time.Duration{980 * time.Millisecond}, v.left)
	require.Equal(t, 3*time.Second, took)
	require.Equal(t, 3*time.Second, outcome.Attempts[0].Duration)
	require.Equal(t, providers.VendorTimeout, outcome.Attempts[0].Reason)
	require.Zero(t, outcome.Attempts[1].Duration)
}

// No attempt begins with less than 100 ms left.
func TestNoTimeForAnotherAttempt(t *testing.T) {
	for left, attempts := range map[time.Duration]int{
		300 * time.Millisecond:   2,
		300*time.Millisecond - 1: 1,
		200 * time.Millisecond:   1,
	} {
		slow := &vendor{takes: 200 * time.Millisecond, err: &providers.Error{Reason: providers.VendorInternalError}}
		outcome, failure, _ := issueIn(t, left, router(target("a", by(slow)), target("b")))
		require.Len(t, outcome.Attempts, attempts, left)
		require.Equal(t, attempts == 1, failure != nil, left)
	}
}

// A vendor that never answers costs the caller no more than its deadline, and leaves
// time to say so.
func TestReplyBeforeTheDeadline(t *testing.T) {
	hung := func() func(*route.Target) { return by(&vendor{takes: time.Hour}) }
	outcome, failure, took := issueIn(t, time.Second, router(target("a", hung()), target("b", hung())))
	require.Equal(t, providers.VendorTimeout, failure.Reason)
	require.Equal(t, []string{"a"}, tried(outcome))
	require.Equal(t, 980*time.Millisecond, took)
}

func TestCallerGoesAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
		defer cancel()
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		r := router(target("a", by(&vendor{takes: time.Hour})), target("b"))
		outcome, failure := issueUnder(ctx, t, r, query())
		require.Equal(t, providers.CallerCancelled, failure.Reason)
		require.Equal(t, []string{"a"}, tried(outcome))
		require.Equal(t, time.Second, time.Since(start))
	})
}

// The context of an attempt ends with the attempt: nothing of it goes on behind the
// answer.
func TestAttemptsContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended <-chan struct{}
		only := target("a")
		only.Issuer = issuer(func(ctx context.Context) error {
			ended = ctx.Done()
			return nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
		defer cancel()
		start := time.Now()
		_, err := router(only).Issue(ctx, query())
		require.NoError(t, err)
		<-ended
		require.Zero(t, time.Since(start))
		require.NoError(t, ctx.Err())
	})
}
