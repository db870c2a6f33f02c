package routing

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/vendorlimit"
)

// sharing has a target's account hold to a limit that others share.
func sharing(store vendorlimit.Store, bounds vendorlimit.Bounds) func(*route.Target) {
	return func(t *route.Target) { t.Limit = vendorlimit.New(store, t.Account, bounds) }
}

var one = vendorlimit.Bounds{Concurrency: 1}

// take takes a lease of the account a for another replica, for a time.
func take(t *testing.T, store vendorlimit.Store, lease string, ttl time.Duration) {
	t.Helper()
	answer, err := store.Acquire(t.Context(), "a", lease, ttl, one)
	require.NoError(t, err)
	require.True(t, answer.Granted)
}

// A vendor whose limit other replicas have used up is not asked, and the call says so.
func TestTheSharedLimitIsReached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, v := vendorlimit.NewMemory(), &vendor{}
		take(t, store, "elsewhere", time.Hour)
		r := router(target("a", by(v), sharing(store, one)))
		outcome, failure := issue(t, r, query())
		require.Equal(t, providers.NoTargetAvailable, failure.Reason)
		require.Equal(t, "a/acme.sdk vendor_limit_reached", failure.Message)
		require.Empty(t, v.calls)
		require.InDelta(t, maxQueueTime, outcome.Waited, float64(20*time.Millisecond))
		require.Positive(t, outcome.RetryAfter)

		status := r.Status(time.Now()).Accounts[0]
		require.Zero(t, status.InFlight, "what the account itself had granted is given back")
	})
}

func TestTheSharedLimitIsAwaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, v := vendorlimit.NewMemory(), &vendor{}
		take(t, store, "elsewhere", 50*time.Millisecond)
		outcome, failure := issue(t, router(target("a", by(v), sharing(store, one))), query())
		require.Nil(t, failure)
		require.InDelta(t, 60*time.Millisecond, outcome.Waited, float64(10*time.Millisecond))
		require.Len(t, v.calls, 1)
	})
}

func TestTheSharedLimitSendsACallElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := vendorlimit.NewMemory()
		take(t, store, "elsewhere", time.Hour)
		r := router(target("a", sharing(store, one)), target("b", sharing(store, one)))
		for range 3 {
			outcome, failure := issue(t, r, query())
			require.Nil(t, failure)
			require.Equal(t, []string{"b"}, tried(outcome))
			require.Equal(t, guard.VendorLimitReached, outcome.Unavailable[0].Why)
			synctest.Wait()
		}
	})
}

// A lease is given back whatever the attempt came to.
func TestASharedLeaseEndsWithItsAttempt(t *testing.T) {
	for name, v := range map[string]*vendor{
		"issued": {}, "failed": fails(providers.ArgumentRejected), "lost": loses(),
		"in time": {takes: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := vendorlimit.NewMemory()
				_, _ = issue(t, router(target("a", by(v), sharing(store, one))), query())
				synctest.Wait()
				take(t, store, "elsewhere", time.Hour)
			})
		})
	}
}

// lost is a store that cannot be reached.
type lost struct{}

func (lost) Acquire(context.Context, string, string, time.Duration, vendorlimit.Bounds) (vendorlimit.Answer, error) {
	return vendorlimit.Answer{}, errors.New("lost")
}

func (lost) Release(context.Context, string, string) error { return errors.New("lost") }

// While nobody can tell what the others have in flight, the account's own limiter decides.
func TestTheSharedLimitCannotBeAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := router(target("a", sharing(lost{}, one)))
		for range 3 {
			_, failure := issue(t, r, query())
			require.Nil(t, failure)
		}
		synctest.Wait()
	})
}

// A retry that the shared limit refuses is not spent.
func TestARefusedRetryIsNotSpent(t *testing.T) {
	account := guard.NewAccount(1, 10)
	own := account.Target("product", "")
	now := time.Now()
	for range 100 {
		grant := new(guard.Grant)
		refusal := own.AcquireRetry(grant, "", now, time.Second, nil, guard.Nobody)
		require.Empty(t, refusal.Why)
		own.Cancel(now, grant)
	}
	require.Zero(t, account.Status(now).InFlight)
}
