package routing

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// panicking is a target whose adapter has a bug.
func panicking(account string, change ...func(*route.Target)) route.Target {
	t := target(account, change...)
	t.Issuer = issuer(func(context.Context) error { panic("11010119900307001X") })
	return t
}

func TestPanicOfAnAdapterIsCarriedPast(t *testing.T) {
	outcome, failure := issue(t, router(panicking("a"), target("b")), query())
	require.Nil(t, failure)
	require.Equal(t, []string{"a", "b"}, tried(outcome))
	require.Equal(t, providers.Internal, outcome.Attempts[0].Reason)
}

// The value of a panic may be anybody's data; its stack tells where it came from.
func TestPanicTellsNoValue(t *testing.T) {
	_, failure := issue(t, once(panicking("a")), query())
	require.Equal(t, "INTERNAL", failure.Error())
	require.Contains(t, failure.Cause.Error(), "panic: string")
	require.Contains(t, failure.Cause.Error(), "panicking")
	require.NotContains(t, failure.Cause.Error(), "11010119900307001X")
}

// Whether the request was sent before the panic nobody knows.
func TestPanicIsAmbiguous(t *testing.T) {
	outcome, failure := issue(t, router(panicking("a"), target("a", of(&page))), query())
	require.True(t, failure.Ambiguous)
	require.Equal(t, []string{"a"}, tried(outcome))
}

func TestPanicReleasesItsSlot(t *testing.T) {
	account := guard.NewAccount(1, 1)
	r := once(panicking("a", on(account)))
	_, _ = callFor(t, r, 8*time.Second)
	require.Zero(t, account.Status(time.Now()).InFlight)
}

// Whatever becomes of many calls at once, no slot stays taken.
func TestModelNothingIsInFlightAtRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one, other := guard.NewAccount(2, 7), guard.NewAccount(1, 5)
		targets := []route.Target{target("a", on(one)), target("b", on(other)), target("a", on(one), of(&page))}
		for i := range targets {
			targets[i].Issuer = issuer(anyhow)
		}
		r := router(targets...)
		var calls sync.WaitGroup
		for range 500 {
			calls.Go(func() {
				time.Sleep(rand.N(10 * time.Second))
				ctx, cancel := context.WithTimeout(t.Context(), rand.N(8*time.Second))
				defer cancel()
				if rand.N(5) == 0 {
					time.AfterFunc(rand.N(time.Second), cancel)
				}
				_, _ = r.Issue(ctx, query())
			})
		}
		calls.Wait()
		require.Zero(t, one.Status(time.Now()).InFlight)
		require.Zero(t, other.Status(time.Now()).InFlight)
	})
}

// anyhow ends in any way after any time.
func anyhow(ctx context.Context) error {
	select {
	case <-time.After(rand.N(4 * time.Second)):
	case <-ctx.Done():
		return interrupted(ctx)
	}
	reasons := []providers.Reason{
		providers.OK, providers.VendorRateLimited, providers.VendorUnreachable, providers.VendorCredentialsRejected,
		providers.VendorQuotaExhausted, providers.PhotoUnreadable, providers.Internal,
	}
	switch reason := reasons[rand.N(len(reasons))]; reason {
	case providers.OK:
		return nil
	case providers.Internal:
		panic("a bug")
	default:
		return &providers.Error{Reason: reason}
	}
}
