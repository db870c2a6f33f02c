package routing

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// clockwork is a vendor whose clock is so far ahead, and who refuses what was signed at
// another time than its own.
type clockwork struct {
	ahead time.Duration
	// says is the reason that it gives.
	says  providers.Reason
	calls []providers.Call
}

func (v *clockwork) Issue(_ context.Context, call providers.Call) (*providers.Token, error) {
	v.calls = append(v.calls, call)
	time.Sleep(100 * time.Millisecond)
	now := time.Now().Add(v.ahead)
	exchange := providers.Exchange{HTTPStatus: 200, Date: now.Truncate(time.Second)}
	signed := call.Now.Add(call.ClockOffset)
	if now.Sub(signed).Abs() > 10*time.Second {
		return nil, &providers.Error{Reason: v.says, Exchange: exchange}
	}
	return &providers.Token{Value: sensitive.New("token"), Exchange: exchange}, nil
}

// skewedBy returns a target of a vendor whose clock is so far ahead.
func skewedBy(ahead time.Duration, says providers.Reason) (route.Target, *clockwork) {
	v := &clockwork{ahead: ahead, says: says}
	t := target("a", on(guard.NewAccount(2, 10_000)))
	t.Issuer = v
	return t, v
}

// An expired signature is made again, at once, with what the vendor's clock says.
func TestExpiredSignatureIsSignedAgain(t *testing.T) {
	for _, ahead := range []time.Duration{10 * time.Minute, -10 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			a, v := skewedBy(ahead, providers.VendorSignatureExpired)
			start := time.Now()
			outcome, failure := callFor(t, router(a, target("b")), 8*time.Second)
			require.Nil(t, failure)
			require.Equal(t, []string{"a", "a"}, tried(outcome))
			require.Equal(t, []int{0, 0}, used(outcome))
			require.Equal(t, 200*time.Millisecond, time.Since(start))
			require.InDelta(t, ahead.Seconds(), v.calls[1].ClockOffset.Seconds(), 3)
			require.Equal(t, v.calls[1].ClockOffset, outcome.Attempts[1].ClockOffset)
		})
	}
}

func TestNoSkewAfterTheFirstDate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, v := skewedBy(0, providers.VendorSignatureExpired)
		r := router(a)
		for _, ahead := range []time.Duration{0, 10 * time.Minute, -time.Hour, 0} {
			v.ahead = ahead
			_, failure := callFor(t, r, 8*time.Second)
			require.Nil(t, failure)
			for range 30 {
				outcome, failure := callFor(t, r, 8*time.Second)
				require.Nil(t, failure)
				require.Len(t, outcome.Attempts, 1)
			}
		}
		require.Zero(t, targetOf(r, 0).Guard.ClockOffset())
	})
}

// erratic is a vendor whose Date says nothing: it is another hour each time.
func erratic(attempts *int) answering {
	return func(context.Context, providers.Call) (*providers.Token, error) {
		*attempts++
		date := time.Now().Add(time.Duration(*attempts) * time.Hour)
		return nil, &providers.Error{
			Reason: providers.VendorSignatureExpired, Exchange: providers.Exchange{Date: date},
		}
	}
}

func TestSignedAgainOnce(t *testing.T) {
	attempts := 0
	a := target("a")
	a.Issuer = erratic(&attempts)
	outcome, failure := issue(t, router(a, target("b")), query())
	require.Nil(t, failure)
	require.Equal(t, []string{"a", "a", "b"}, tried(outcome))
}

// Signing again is a retry like any other.
func TestSigningAgainIsWithinTheBudget(t *testing.T) {
	attempts := 0
	a := target("a")
	a.Issuer = erratic(&attempts)
	r := router(a, target("b"))
	for range 100 {
		_, _ = issue(t, r, query())
	}
	require.LessOrEqual(t, float64(attempts-100), 0.2*float64(attempts)+3)
}

// Where the clocks agree, signing again changes nothing.
func TestExpiredSignatureWithARightClock(t *testing.T) {
	expired := &vendor{err: &providers.Error{
		Reason: providers.VendorSignatureExpired, Exchange: providers.Exchange{Date: time.Now()},
	}}
	outcome, failure := issue(t, router(target("a", by(expired)), target("b")), query())
	require.Nil(t, failure)
	require.Equal(t, []string{"a", "b"}, tried(outcome))
}

// Some vendors have one code for stale and for wrong signatures: while the clock was not
// known, it is not the credential's fault.
func TestRejectedForTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := skewedBy(10*time.Minute, providers.VendorCredentialsRejected)
		r := router(a)
		outcome, failure := callFor(t, r, 8*time.Second)
		require.Nil(t, failure)
		require.Equal(t, []int{0, 0}, used(outcome))
		require.Equal(t, guards{}, stateOf(r, 0))
	})
}

func TestRejectedThoughTheClockIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, v := skewedBy(10*time.Minute, providers.VendorCredentialsRejected)
		r := router(a)
		first := targetOf(r, 0).OwnGuard()
		grant := new(guard.Grant)
		_ = first.Acquire(grant, "", time.Now(), time.Second, nil, guard.Nobody)
		first.Release(time.Now(), grant, guard.Result{SignatureRefused: true, Date: time.Now().Add(v.ahead)})
		_ = first.Acquire(grant, "", time.Now(), time.Second, nil, guard.Nobody)
		first.Release(time.Now(), grant, guard.Result{Issued: true})
		targetOf(r, 0).Issuer = answering(func(ctx context.Context, call providers.Call) (*providers.Token, error) {
			token, err := v.Issue(ctx, call)
			if call.Credential == 0 {
				return nil, &providers.Error{Reason: providers.VendorCredentialsRejected, Exchange: token.Exchange}
			}
			return token, err
		})
		outcome, failure := callFor(t, r, 8*time.Second)
		require.Nil(t, failure)
		require.Equal(t, []int{0, 1}, used(outcome))
		require.Equal(t, guards{credential: guard.Open}, stateOf(r, 0))
	})
}
