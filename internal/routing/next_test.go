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

// A probe leaves half of the time to those alone who may use it.
func TestProbeLeavesNoTimeToNobody(t *testing.T) {
	const all = 1980 * time.Millisecond
	tests := map[string]struct {
		before, behind []route.Target
		change         func(*route.Route)
	}{
		"out of service":               {behind: []route.Target{target("b", outOfService("no contract"))}},
		"tried before":                 {before: []route.Target{target("b", by(fails(providers.VendorInternalError)))}},
		"a route that stops":           {behind: []route.Target{target("b")}, change: func(r *route.Route) { r.StopAfterAmbiguous = true }},
		"a route of one attempt":       {behind: []route.Target{target("b")}, change: func(r *route.Route) { r.MaxAttempts = 1 }},
		"an account that is ambiguous": {before: []route.Target{target("b", by(loses()))}, behind: []route.Target{target("b", of(&page))}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, v := recovering(t, "a")
				v.left = nil
				r := route.Route{Flow: providers.FlowAppSDK, Targets: append(append(test.before, a), test.behind...)}
				if test.change != nil {
					test.change(&r)
				}
				_, failure := callFor(t, guarded([]route.Route{r}, ignore), 2*time.Second)
				require.Nil(t, failure)
				require.Equal(t, []time.Duration{all}, v.left)
			})
		})
	}
}

// The latest failure says whether a target is retried, not an earlier one.
func TestLatestFailureDecidesOnARetry(t *testing.T) {
	n := 0
	a := target("a")
	a.Issuer = issuer(func(context.Context) error {
		n++
		if n == 1 {
			return &providers.Error{Reason: providers.VendorInternalError}
		}
		return &providers.Error{Reason: providers.VendorEndpointNotFound}
	})
	outcome, failure, _ := issueIn(t, 8*time.Second, router(a))
	require.Equal(t, providers.VendorInternalError, failure.Reason)
	require.Equal(t, []string{"a", "a"}, tried(outcome))
}

// Where the first retryable target may not be retried, the next is.
func TestRetryOfTheNextTarget(t *testing.T) {
	first, second := target("a", by(fails(providers.VendorInternalError))), target("b", by(fails(providers.VendorInternalError)))
	r := router(first, second)
	spendRetries(targetOf(r, 0))
	outcome, failure, _ := issueIn(t, 8*time.Second, r)
	require.Equal(t, providers.VendorInternalError, failure.Reason)
	require.Equal(t, []string{"a", "b", "b"}, tried(outcome))
}

// Of a call that waits more than once the whole is told.
func TestWaitsAddUp(t *testing.T) {
	for range 20 {
		outcome, _, took := issueIn(t, 8*time.Second, router(target("a", by(fails(providers.VendorInternalError)))))
		require.Len(t, outcome.Attempts, 3)
		require.Equal(t, took, outcome.Waited)
	}
}
