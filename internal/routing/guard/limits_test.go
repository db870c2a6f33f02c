package guard

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/routing/guard/limit"
)

// A vendor that refuses even one attempt is asked less and less, and as before once it is at
// work again.
func TestBelowOneInFlight(t *testing.T) {
	account := NewAccount(1, 100)
	target := account.Target("product", "")
	attempts := func(from time.Duration, limited bool) (begun int) {
		for i := range 1000 {
			now := at(from + time.Duration(i)*10*time.Millisecond)
			grant := new(Grant)
			refusal := target.Acquire(grant, "", now, time.Second, nil, Nobody)
			if refusal.Why == "" {
				begun++
				target.Release(now, grant, Result{Answered: true, ConcurrencyLimited: limited})
				continue
			}
			require.Equal(t, VendorLimitReached, refusal.Why)
			require.Equal(t, now.Add(limit.ChanceEvery), refusal.RetryAt)
		}
		return begun
	}
	require.Less(t, attempts(0, true), 450)
	require.Less(t, account.Status(at(10*time.Second)).Share, 0.2)
	attempts(10*time.Second, false)
	require.Equal(t, 1000, attempts(20*time.Second, false))
	require.InDelta(t, 1, account.Status(at(30*time.Second)).Share, 0)
}

// The rate is of the account, and is found through its attempts.
func TestRateOfAnAccount(t *testing.T) {
	a := NewAccount(1, 100)
	p, q := a.Target("p", ""), a.Target("q", "")
	ends(t, p, epoch, 1, Result{Answered: true, RateLimited: true})
	require.Equal(t, RateLimited, refused(t, q, epoch))
	require.InDelta(t, 20, a.Status(epoch).Rate, 1e-9)
	require.Zero(t, a.limiter.InFlight())
	refusal := q.Acquire(new(Grant), "", epoch, time.Second, nil, Nobody)
	require.Equal(t, at(50*time.Millisecond), refusal.RetryAt)
	granted(t, q, refusal.RetryAt.Add(time.Microsecond))
	require.Equal(t, RateLimited, refused(t, p, refusal.RetryAt.Add(time.Microsecond)))
}
