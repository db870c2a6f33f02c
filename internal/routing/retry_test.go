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

// hiccup returns a target that fails in a way that may pass, every other time.
func hiccup(account string) (t route.Target, attempts *int) {
	attempts = new(int)
	t = target(account)
	served := t.Issuer
	t.Issuer = answering(func(ctx context.Context, call providers.Call) (*providers.Token, error) {
		*attempts++
		if *attempts%2 == 1 {
			return nil, &providers.Error{Reason: providers.VendorInternalError}
		}
		return served.Issue(ctx, call)
	})
	return t, attempts
}

// answering is a target made of a function that sees the call.
type answering func(context.Context, providers.Call) (*providers.Token, error)

func (f answering) Issue(ctx context.Context, call providers.Call) (*providers.Token, error) {
	return f(ctx, call)
}

func TestRetryAfterABackoff(t *testing.T) {
	var longest time.Duration
	for range 100 {
		a, _ := hiccup("a")
		outcome, failure, took := issueIn(t, 8*time.Second, router(a))
		require.Nil(t, failure)
		require.Equal(t, []string{"a", "a"}, tried(outcome))
		require.Equal(t, Retry, outcome.Attempts[1].Kind)
		require.Equal(t, outcome.Waited, took)
		require.Less(t, took, firstBackoff)
		longest = max(longest, took)
	}
	// Full jitter: a hundred backoffs below half of the bound are no accident.
	require.Greater(t, longest, firstBackoff/2)
}

func TestSecondBackoffIsLonger(t *testing.T) {
	var longest time.Duration
	for range 100 {
		outcome, failure, took := issueIn(t, 8*time.Second, router(target("a", by(fails(providers.VendorInternalError)))))
		require.NotNil(t, failure)
		require.Equal(t, []string{"a", "a", "a"}, tried(outcome))
		require.Less(t, took, 3*firstBackoff)
		longest = max(longest, took)
	}
	require.Greater(t, longest, firstBackoff)
}

// Another target comes first, and at once.
func TestRetryOnlyWhenNoOtherTargetIsLeft(t *testing.T) {
	a, _ := hiccup("a")
	outcome, failure, took := issueIn(t, 8*time.Second, router(a, target("b", by(fails(providers.VendorTimeout)))))
	require.Nil(t, failure)
	require.Equal(t, []string{"a", "b", "a"}, tried(outcome))
	require.Equal(t, outcome.Waited, took)
}

func TestNoRetryOfWhatIsNotRetryable(t *testing.T) {
	for reason, policy := range policies {
		if policy.same == afterBackoff {
			continue
		}
		outcome, _, took := issueIn(t, 8*time.Second, router(target("a", by(fails(reason)))))
		require.Equal(t, []string{"a"}, tried(outcome), reason)
		require.Zero(t, took, reason)
	}
}

func TestAmbiguousIsNotRetried(t *testing.T) {
	outcome, failure, took := issueIn(t, 8*time.Second, router(target("a", by(loses()))))
	require.Equal(t, providers.VendorConnectionLost, failure.Reason)
	require.Equal(t, []string{"a"}, tried(outcome))
	require.Zero(t, took)
}

func TestNoRetryWithoutTime(t *testing.T) {
	for range 20 {
		v := fails(providers.VendorInternalError)
		outcome, failure, took := issueIn(t, minBudget, router(target("a", by(v))))
		require.Equal(t, providers.VendorInternalError, failure.Reason)
		require.Equal(t, []string{"a"}, tried(outcome))
		require.Zero(t, took)
	}
}

func TestBackoffEndsWithTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
		a := target("a")
		a.Issuer = issuer(func(context.Context) error {
			cancel()
			return &providers.Error{Reason: providers.VendorUnreachable}
		})
		start := time.Now()
		outcome, _ := issueUnder(ctx, t, router(a), query())
		require.Equal(t, []string{"a"}, tried(outcome))
		require.Zero(t, time.Since(start))
	})
}

// However many calls would be saved by a retry, no more than a fifth of the account's
// attempts are retries, and three.
func TestRetriesStayWithinTheirBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, attempts := hiccup("a")
		r := router(a)
		retries := 0
		for range 300 {
			outcome, _ := callFor(t, r, 8*time.Second)
			for _, attempt := range outcome.Attempts {
				if attempt.Kind == Retry {
					retries++
				}
			}
			time.Sleep(time.Second)
		}
		require.LessOrEqual(t, float64(retries), 0.2*float64(*attempts)+3)
		require.Greater(t, float64(retries), 0.15*float64(*attempts))
	})
}

// Failovers draw on no budget.
func TestFailoversAreNotBudgeted(t *testing.T) {
	r := router(target("a", by(fails(providers.VendorEndpointNotFound))), target("b", by(fails(providers.VendorSignatureExpired))), target("c"))
	for range toOpen - 1 {
		outcome, failure := issue(t, r, query())
		require.Nil(t, failure)
		require.Equal(t, []string{"a", "b", "c"}, tried(outcome))
	}
}

func TestRoutesOwnMaxAttempts(t *testing.T) {
	for most, want := range map[int][]string{0: {"a", "b", "c"}, 1: {"a"}, 2: {"a", "b"}, 3: {"a", "b", "c"}} {
		down := fails(providers.VendorUnreachable)
		r := guarded([]route.Route{{
			Flow: providers.FlowAppSDK, MaxAttempts: most,
			Targets: []route.Target{target("a", by(down)), target("b", by(down)), target("c", by(down)), target("d")},
		}}, ignore)
		outcome, failure := issue(t, r, query())
		require.Equal(t, providers.VendorUnreachable, failure.Reason)
		require.Equal(t, want, tried(outcome))
	}
}
