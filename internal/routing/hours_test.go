package routing

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// The tests of this file let hours pass, on virtual time.

var issued = &providers.Token{Value: sensitive.New("token"), Exchange: providers.Exchange{HTTPStatus: 200}}

// steady makes calls at a steady pace, and returns how many failed.
func steady(t *testing.T, r *Router, perSecond int, d time.Duration) (failed int) {
	t.Helper()
	var calls sync.WaitGroup
	var failures atomic.Int32
	for range perSecond * int(d/time.Second) {
		time.Sleep(time.Second / time.Duration(perSecond))
		calls.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
			defer cancel()
			if _, err := r.Issue(ctx, query()); err != nil {
				failures.Add(1)
			}
		})
	}
	calls.Wait()
	return int(failures.Load())
}

// withCredentials returns a target of an account with so many refused credentials, and
// perhaps one behind them that works.
func withCredentials(account string, refused int, lastWorks bool) route.Target {
	var all credentials
	for range refused {
		all = append(all, refusedFor(providers.VendorIPNotAllowed))
	}
	if lastWorks {
		all = append(all, nil)
	}
	t := all.with(account)
	t.Credentials = make([]string, len(all))
	return t
}

// However many credentials are refused: what works is found.
func TestRefusedCredentialsCostNoAttempt(t *testing.T) {
	tests := map[string]struct {
		targets []route.Target
		want    []string
	}{
		"a healthy fourth":        {[]route.Target{withCredentials("a", 3, true)}, []string{"a", "a", "a", "a"}},
		"another account":         {[]route.Target{withCredentials("a", 3, false), target("b")}, []string{"a", "a", "b"}},
		"two of two, and another": {[]route.Target{withCredentials("a", 2, false), withCredentials("b", 2, false), target("c")}, []string{"a", "a", "b", "b", "c"}},
		"another account that is down, and a fourth": {
			[]route.Target{withCredentials("a", 3, true), target("b", by(fails(providers.VendorResponseInvalid)))}, []string{"a", "a", "b", "a", "a"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			outcome, failure := issue(t, router(test.targets...), query())
			require.Nil(t, failure)
			require.Equal(t, test.want, tried(outcome))
		})
	}
}

// Six requests are the most, whatever refused credentials cost.
func TestAtMostSixRequests(t *testing.T) {
	r := router(withCredentials("a", 9, true))
	outcome, failure := issue(t, r, query())
	require.Equal(t, providers.VendorIPNotAllowed, failure.Reason)
	require.Len(t, outcome.Attempts, 6)

	alone := guarded([]route.Route{{Flow: providers.FlowAppSDK, MaxAttempts: 1, Targets: []route.Target{withCredentials("a", 9, true)}}}, ignore)
	outcome, _ = issue(t, alone, query())
	require.Len(t, outcome.Attempts, 2)
}

// Another provider comes before another account of the one in trouble, whatever the order
// of the route.
func TestOtherProviderFirst(t *testing.T) {
	down := by(fails(providers.VendorUnreachable))
	other := target("d")
	other.Provider = "beta"
	outcome, failure := issue(t, router(target("a", down), target("b", down), target("c", down), other), query())
	require.Nil(t, failure)
	require.Equal(t, []string{"a", "d"}, tried(outcome))

	otherDown := target("d", down)
	otherDown.Provider = "beta"
	outcome, failure = issue(t, router(target("a", down), target("b"), otherDown), query())
	require.Nil(t, failure)
	require.Equal(t, []string{"a", "d", "b"}, tried(outcome))
}

// One refusal in a hundred costs one call in a hundred.
func TestSpuriousRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(1, 2))
		var mu sync.Mutex
		a := target("a", on(guard.NewAccount(1, 10_000)))
		a.Issuer = answering(func(context.Context, providers.Call) (*providers.Token, error) {
			time.Sleep(20 * time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			if random.Float64() < 0.01 {
				return nil, &providers.Error{Reason: providers.VendorCredentialsRejected, Exchange: providers.Exchange{HTTPStatus: 401}}
			}
			return issued, nil
		})
		require.LessOrEqual(t, steady(t, router(a), 300, time.Minute), 300)
	})
}

// After the vendor let the only credential in again, calls fail for 15 s at most.
func TestCredentialComesBackSoon(t *testing.T) {
	for _, outage := range []time.Duration{time.Minute, 1218 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			well := time.Now().Add(outage)
			a := target("a", on(guard.NewAccount(1, 10_000)))
			a.Issuer = answering(func(context.Context, providers.Call) (*providers.Token, error) {
				if time.Now().Before(well) {
					return nil, refusedFor(providers.VendorAccountDisabled)
				}
				return issued, nil
			})
			r := router(a)
			steady(t, r, 10, outage)
			require.LessOrEqual(t, steady(t, r, 10, time.Minute), 150)
		})
	}
}

// A vendor that is slow and well comes back: not every probe is cut to half of the time.
func TestSlowVendorComesBack(t *testing.T) {
	for _, deadline := range []time.Duration{2500 * time.Millisecond, 3900 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			a, v := recovering(t, "a")
			v.takes = 2 * time.Second
			r := router(a, target("b"))
			served := 0
			for range 100 {
				outcome, failure := callFor(t, r, deadline)
				require.Nil(t, failure)
				if outcome.Issued().Account == "a" {
					served++
				}
				time.Sleep(time.Second)
			}
			require.Greater(t, served, 95)
		})
	}
}

// A vendor that hangs for longer than its callers have time fails few of them.
func TestHungBeyondTheDeadline(t *testing.T) {
	for _, deadline := range []time.Duration{time.Second, 2 * time.Second, 3 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			hung := false
			a := target("a", on(guard.NewAccount(1, 10_000)))
			a.Issuer = answering(func(ctx context.Context, _ providers.Call) (*providers.Token, error) {
				if !hung {
					time.Sleep(200 * time.Millisecond)
					return issued, nil
				}
				<-ctx.Done()
				return nil, interrupted(ctx)
			})
			r := router(a, target("b"))
			for range 50 {
				_, failure := callFor(t, r, deadline)
				require.Nil(t, failure)
			}
			hung = true
			failed := 0
			for range 500 {
				if _, failure := callFor(t, r, deadline); failure != nil {
					failed++
				}
			}
			require.Equal(t, toOpen, failed)
		})
	}
}

// Callers with little time never open a breaker, nor do those who go away.
func TestShortDeadlinesSayNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		takes := 100 * time.Millisecond
		a := target("a", on(guard.NewAccount(1, 10_000)))
		a.Issuer = answering(func(ctx context.Context, _ providers.Call) (*providers.Token, error) {
			select {
			case <-time.After(takes):
				return issued, nil
			case <-ctx.Done():
				return nil, interrupted(ctx)
			}
		})
		r := once(a)
		for range 50 {
			_, _ = callFor(t, r, time.Second)
		}
		takes = time.Hour
		for range 4 * toOpen {
			_, failure := callFor(t, r, 150*time.Millisecond)
			require.Equal(t, providers.VendorTimeout, failure.Reason)
			ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
			time.AfterFunc(2*time.Second, cancel)
			_, failure = issueUnder(ctx, t, r, query())
			require.Equal(t, providers.CallerCancelled, failure.Reason)
		}
		require.Equal(t, guards{}, stateOf(r, 0))
	})
}

// Answers to callers' faults end a row of failures: the vendor is at work.
func TestCallersFaultsEndTheRow(t *testing.T) {
	n := 0
	a := target("a", of(&comparing))
	a.Issuer = answering(func(context.Context, providers.Call) (*providers.Token, error) {
		n++
		if n%10 == 0 {
			return nil, &providers.Error{Reason: providers.VendorInternalError, Exchange: providers.Exchange{HTTPStatus: 500}}
		}
		return nil, &providers.Error{Reason: providers.NoFaceFound, Exchange: providers.Exchange{HTTPStatus: 400}}
	})
	r := once(a)
	for range 1000 {
		_, _ = issue(t, r, asksAll())
	}
	require.Equal(t, guards{}, stateOf(r, 0))
}

// What a proxy before the vendor may have answered ends no row.
func TestProxiesAnswersEndNoRow(t *testing.T) {
	for _, reason := range []providers.Reason{providers.RequestTooLarge, providers.VendorEndpointNotFound, providers.VendorErrorUnrecognized} {
		n := 0
		a := target("a", of(&comparing))
		a.Issuer = answering(func(context.Context, providers.Call) (*providers.Token, error) {
			n++
			if n%2 == 0 {
				return nil, &providers.Error{Reason: reason, Exchange: providers.Exchange{HTTPStatus: 400}}
			}
			return nil, &providers.Error{Reason: providers.VendorUnreachable}
		})
		r := once(a)
		for range 2 * toOpen {
			_, _ = issue(t, r, asksAll())
		}
		require.Equal(t, guard.Open, stateOf(r, 0).product, reason)
	}
}

// A backoff that its caller ends costs no retry.
func TestCancelledBackoffSpendsNoRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := target("a", by(fails(providers.VendorInternalError)), on(guard.NewAccount(1, 10_000)))
		r := router(a)
		for range toOpen - 1 {
			ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
			time.AfterFunc(time.Nanosecond, cancel)
			outcome, _ := issueUnder(ctx, t, r, query())
			require.Len(t, outcome.Attempts, 1)
			cancel()
		}
		made := 0
		for targetOf(r, 0).OwnGuard().MayRetry(time.Now()) {
			grant := new(guard.Grant)
			_ = targetOf(r, 0).OwnGuard().AcquireRetry(grant, "", time.Now(), time.Second, nil, guard.Nobody)
			targetOf(r, 0).OwnGuard().Release(time.Now(), grant, guard.Result{})
			made++
		}
		require.GreaterOrEqual(t, made, 3)
	})
}

// A vendor's rate is found: few attempts are refused, and none of the calls.
func TestRateIsFound(t *testing.T) {
	for _, allowed := range []int{5, 10, 50} {
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			var second int64
			var asked, refused, taken int
			a, b := target("a", on(guard.NewAccount(1, 10_000))), target("b")
			a.Issuer = answering(func(context.Context, providers.Call) (*providers.Token, error) {
				mu.Lock()
				defer mu.Unlock()
				asked++
				if now := time.Now().Unix(); now != second {
					second, taken = now, 0
				}
				taken++
				if taken > allowed {
					refused++
					return nil, &providers.Error{Reason: providers.VendorRateLimited, Exchange: providers.Exchange{HTTPStatus: 429}}
				}
				return issued, nil
			})
			b.Issuer = issuer(func(context.Context) error { return nil })
			require.Zero(t, steady(t, router(a, b), 300, 2*time.Minute))
			require.Less(t, float64(refused), 0.1*float64(asked))
			require.Greater(t, asked-refused, allowed*120*7/10)
		})
	}
}

// A call waits for a token of the rate that is due soon.
func TestWaitForTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := guard.NewAccount(1, 10_000)
		limited := account.Target(sdk.ID, "")
		grant := new(guard.Grant)
		_ = limited.Acquire(grant, "", time.Now(), time.Second, nil, guard.Nobody)
		limited.Release(time.Now(), grant, guard.Result{Answered: true, RateLimited: true})
		r := router(target("a", on(account)))
		outcome, failure := callFor(t, r, 8*time.Second)
		require.Nil(t, failure)
		require.Equal(t, 50*time.Millisecond, outcome.Waited)
	})
}

// One answer that there are too many does not cripple an account for the hour.
func TestOneLimitAnswer(t *testing.T) {
	for _, reason := range []providers.Reason{providers.VendorConcurrencyLimited, providers.VendorRateLimited} {
		synctest.Test(t, func(t *testing.T) {
			limited := true
			a := target("a", on(guard.NewAccount(1, 10_000)))
			a.Issuer = answering(func(context.Context, providers.Call) (*providers.Token, error) {
				if limited {
					limited = false
					return nil, &providers.Error{Reason: reason, Exchange: providers.Exchange{HTTPStatus: 429}}
				}
				time.Sleep(300 * time.Millisecond)
				return issued, nil
			})
			r := once(a)
			_, failure := callFor(t, r, 8*time.Second)
			require.Equal(t, reason, failure.Reason)
			for _, quiet := range []time.Duration{time.Minute, time.Hour} {
				time.Sleep(quiet)
				var calls sync.WaitGroup
				for range 20 {
					calls.Go(func() {
						ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
						defer cancel()
						if _, err := r.Issue(ctx, query()); err != nil {
							t.Errorf("%v later: %v", quiet, err)
						}
					})
				}
				calls.Wait()
			}
		})
	}
}
