package routing

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// heldBack returns a router over so many targets, none of which may be tried: by turns out of
// service, and behind a breaker that is open.
func heldBack(targets int) *Router {
	down := guard.NewAccount(1, 10_000)
	product := down.Target(sdk.ID)
	for {
		grant, refusal := product.Acquire("", time.Now(), time.Second, nil, guard.Nobody)
		if refusal.Why != "" {
			break
		}
		product.Release(time.Now(), grant, guard.Result{Product: guard.Faulty})
	}
	all := make([]route.Target, targets)
	for i := range all {
		all[i] = target(fmt.Sprintf("account-%d", i), on(down))
		if i%2 == 0 {
			all[i].OutOfService = "maintenance"
		}
	}
	return router(all...)
}

// spent is what a call of a router allocates.
func spent(t *testing.T, r *Router, targets int) (allocations, bytes uint64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	q := query()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	outcome, err := r.Issue(ctx, q)
	runtime.ReadMemStats(&after)
	require.Error(t, err)
	require.Len(t, outcome.Unavailable, targets, "each of them once")
	return after.Mallocs - before.Mallocs, after.TotalAlloc - before.TotalAlloc
}

// A call that ten thousand targets cannot serve costs ten times what it costs with a
// thousand, and not a hundred times.
func TestManyTargetsUnavailable(t *testing.T) {
	const few, times = 1000, 10
	const many = few * times
	synctest.Test(t, func(t *testing.T) {
		fewer, more := heldBack(few), heldBack(many)
		_, failure := issue(t, more, query())
		require.Equal(t, providers.NoTargetAvailable, failure.Reason)
		require.Less(t, len(failure.Message), 1000, "it travels in a header")

		allocations, bytes := spent(t, fewer, few)
		moreAllocations, moreBytes := spent(t, more, many)
		require.LessOrEqual(t, moreAllocations, allocations+20, "lists alone grow")
		require.LessOrEqual(t, moreBytes, 2*times*bytes)
	})
}
