package routing

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

func TestOutOfService(t *testing.T) {
	spared := &vendor{}
	outcome, failure := issue(t, router(target("a", by(spared), outOfService("contract ended")), target("b")), query())
	require.Nil(t, failure)
	require.Equal(t, []string{"b"}, tried(outcome))
	require.Equal(t, First, outcome.Attempts[0].Kind)
	require.Empty(t, spared.calls)
}

func TestNoTargetAvailable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := target("b", by(fails(providers.VendorInternalError)), on(guard.NewAccount(1, 10_000)))
		for r := once(down); stateOf(r, 0).product == guard.Closed; {
			_, _ = callFor(t, r, 8*time.Second)
		}
		refused := credentials{refusedFor(providers.VendorAccountExpired)}.with("c")
		for range inARow {
			_, _ = callFor(t, once(refused), 8*time.Second)
		}
		outcome, failure := callFor(t, router(target("a", outOfService("contract ended")), down, refused), 8*time.Second)
		require.Empty(t, outcome.Attempts)
		require.Equal(t, &providers.Error{
			Reason:  providers.NoTargetAvailable,
			Message: "a/acme.sdk out_of_service, b/acme.sdk breaker_open, c/acme.sdk credentials_ejected",
		}, failure)

		var retry []time.Time
		for _, held := range outcome.Unavailable {
			retry = append(retry, held.RetryAt)
		}
		now := time.Now()
		require.Equal(t, []time.Time{{}, now.Add(time.Second), now.Add(5 * time.Second)}, retry)
	})
}

// crowded returns a target whose account takes one attempt at a time, and takes it for so
// long.
func crowded(t *testing.T, takes time.Duration, change ...func(*route.Target)) route.Target {
	t.Helper()
	account := guard.NewAccount(1, 1)
	grant := new(guard.Grant)
	refusal := account.Target(sdk.ID, "").Acquire(grant, "", time.Now(), time.Second, nil, guard.Nobody)
	require.Empty(t, refusal)
	time.AfterFunc(takes, func() { account.Target(sdk.ID, "").Release(time.Now(), grant, guard.Result{}) })
	return target("a", append(change, on(account))...)
}

func TestWaitForASlot(t *testing.T) {
	tests := map[string]struct {
		takes, left, want time.Duration
		served            bool
	}{
		"it becomes free":         {50 * time.Millisecond, 8 * time.Second, 50 * time.Millisecond, true},
		"too late":                {101 * time.Millisecond, 8 * time.Second, 100 * time.Millisecond, false},
		"too late for the caller": {50 * time.Millisecond, 130 * time.Millisecond, 30 * time.Millisecond, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := router(crowded(t, test.takes))
				start := time.Now()
				outcome, failure := callFor(t, r, test.left)
				require.Equal(t, test.want, time.Since(start))
				require.Equal(t, test.want, outcome.Waited)
				if test.served {
					require.Nil(t, failure)
					require.Equal(t, First, outcome.Attempts[0].Kind)
					return
				}
				require.Equal(t, providers.NoTargetAvailable, failure.Reason)
				require.Equal(t, "a/acme.sdk limit_reached", failure.Message)
				time.Sleep(time.Second)
			})
		})
	}
}

// Nobody waits for one target while another has a free slot.
func TestCrowdedTargetIsPassedBy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := router(crowded(t, time.Second), target("b"))
		start := time.Now()
		outcome, failure := callFor(t, r, 8*time.Second)
		require.Nil(t, failure)
		require.Equal(t, []string{"b"}, tried(outcome))
		require.Zero(t, time.Since(start))
		time.Sleep(time.Second)
	})
}

// As many as there are slots may wait; the next is told at once.
func TestQueueIsShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := router(crowded(t, 50*time.Millisecond))
		var first sync.WaitGroup
		first.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
			defer cancel()
			if _, err := r.Issue(ctx, query()); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		start := time.Now()
		_, failure := callFor(t, r, 8*time.Second)
		require.Equal(t, providers.NoTargetAvailable, failure.Reason)
		require.Zero(t, time.Since(start))
		first.Wait()
	})
}

// A slot that the first in the queue has no use for any more is the next one's.
func TestSlotGoesToTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := guard.NewAccount(1, 2)
		busy := account.Target(sdk.ID, "")
		take := func() *guard.Grant {
			grant := new(guard.Grant)
			refusal := busy.Acquire(grant, "", time.Now(), time.Second, nil, guard.Nobody)
			require.Empty(t, refusal)
			return grant
		}
		for range toOpen - 1 {
			busy.Release(time.Now(), take(), guard.Result{Product: guard.Faulty})
		}
		last := take()
		take()

		useless := once(target("a", on(account)))
		useful := once(target("a", of(&page), on(account)))
		var waiting sync.WaitGroup
		start := time.Now()
		for _, r := range []*Router{useless, useful} {
			waiting.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
				defer cancel()
				outcome, _ := r.Issue(ctx, query())
				if served := outcome.Issued() != nil; served != (r == useful) {
					t.Errorf("served: %t", served)
				}
			})
			synctest.Wait()
		}
		time.Sleep(10 * time.Millisecond)
		busy.Release(time.Now(), last, guard.Result{Product: guard.Faulty})
		waiting.Wait()
		require.Equal(t, 10*time.Millisecond, time.Since(start))
	})
}
