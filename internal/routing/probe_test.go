package routing

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// recovering returns a target whose breaker has opened and is cool again, and the
// vendor behind it, which issues tokens as before it failed.
func recovering(t *testing.T, account string) (route.Target, *vendor) {
	t.Helper()
	v := fails(providers.VendorInternalError)
	guarded := target(account, by(v), on(guard.NewAccount(1, 10_000)))
	r := once(guarded)
	for range toOpen {
		_, failure := callFor(t, r, 8*time.Second)
		require.NotNil(t, failure)
	}
	require.Equal(t, guards{product: guard.Open}, stateOf(r, 0))
	time.Sleep(cooldown)
	v.err = nil
	return guarded, v
}

func TestProbeThatIsServedCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := recovering(t, "a")
		r := once(a)
		outcome, failure := callFor(t, r, 8*time.Second)
		require.Nil(t, failure)
		require.Equal(t, Probe, outcome.Attempts[0].Kind)
		require.Equal(t, guards{}, stateOf(r, 0))
	})
}

// However a probe ends that says nothing of the vendor, the next attempt is the probe.
func TestProbeThatSaysNothing(t *testing.T) {
	ends := map[string]func(*testing.T, *Router, *vendor){
		"its caller goes away": func(t *testing.T, r *Router, v *vendor) {
			t.Helper()
			v.takes = time.Hour
			ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
			time.AfterFunc(time.Second, cancel)
			_, failure := issueUnder(ctx, t, r, query())
			require.Equal(t, providers.CallerCancelled, failure.Reason)
		},
		"its caller has little time": func(t *testing.T, r *Router, v *vendor) {
			t.Helper()
			v.takes = time.Hour
			_, failure := callFor(t, r, time.Second)
			require.Equal(t, providers.VendorTimeout, failure.Reason)
		},
		"a 4xx": func(t *testing.T, r *Router, v *vendor) {
			t.Helper()
			v.err = &providers.Error{Reason: providers.PhotoLowQuality, Exchange: providers.Exchange{HTTPStatus: 400}}
			_, failure := issue(t, r, asksAll())
			require.Equal(t, providers.PhotoLowQuality, failure.Reason)
		},
		"a limit": func(t *testing.T, r *Router, v *vendor) {
			t.Helper()
			v.err = &providers.Error{Reason: providers.VendorRateLimited}
			_, failure := callFor(t, r, 8*time.Second)
			require.Equal(t, providers.VendorRateLimited, failure.Reason)
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, v := recovering(t, "a")
				a.Product = &comparing
				r := once(a)
				end(t, r, v)
				v.err, v.takes = nil, 0
				outcome, failure := callFor(t, r, 8*time.Second)
				require.Nil(t, failure)
				require.Equal(t, Probe, outcome.Attempts[0].Kind)
			})
		})
	}
}

// A probe that runs into its time limit, or whose adapter panics, ends its lease too, for
// a longer cool-down.
func TestProbeThatFails(t *testing.T) {
	for name, fail := range map[string]func(context.Context) error{
		"hangs":  func(ctx context.Context) error { <-ctx.Done(); return interrupted(ctx) },
		"panics": func(context.Context) error { panic("a bug") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, _ := recovering(t, "a")
				a.Issuer = issuer(fail)
				r := once(a)
				_, failure := callFor(t, r, 8*time.Second)
				require.NotNil(t, failure)
				require.Equal(t, guards{product: guard.Open}, stateOf(r, 0))
				until := targetOf(r, 0).OwnGuard().Status(time.Now()).Product.Until
				require.Equal(t, 2*cooldown, time.Until(until))
			})
		})
	}
}

// That the router left half of the time to another account is not the caller's doing.
func TestProbeThatHangsForHalfTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, v := recovering(t, "a")
		v.takes = time.Hour
		r := router(a, target("b"))
		outcome, failure := callFor(t, r, 4*time.Second)
		require.Nil(t, failure)
		require.Equal(t, 1990*time.Millisecond, outcome.Attempts[0].Duration)
		require.Equal(t, guards{product: guard.Open}, stateOf(r, 0))
	})
}

// An adapter that ignores its context holds up one call, and the others for
// no longer than the probe's time and a second.
func TestProbeThatNeverReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, served := recovering(t, "a")
		release := make(chan struct{})
		a.Issuer = issuer(func(context.Context) error { <-release; return nil })
		stuck := once(a)
		a.Issuer = served
		r := once(a)

		var hung sync.WaitGroup
		hung.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
			defer cancel()
			_, _ = stuck.Issue(ctx, query())
		})
		synctest.Wait()
		time.Sleep(a.Timeout + time.Second - time.Nanosecond)
		_, failure := callFor(t, r, 8*time.Second)
		require.Equal(t, providers.NoTargetAvailable, failure.Reason)
		time.Sleep(time.Nanosecond)
		outcome, failure := callFor(t, r, 8*time.Second)
		require.Nil(t, failure)
		require.Equal(t, Probe, outcome.Attempts[0].Kind)
		close(release)
		hung.Wait()
	})
}

// Of many calls at once, one is the probe and the others go elsewhere.
func TestOneProbeOfManyCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := recovering(t, "a")
		var probes atomic.Int32
		a.Issuer = issuer(func(ctx context.Context) error {
			probes.Add(1)
			<-ctx.Done()
			return interrupted(ctx)
		})
		b := target("b")
		b.Issuer = issuer(func(context.Context) error { return nil })
		r := router(a, b)
		var calls sync.WaitGroup
		for range 50 {
			calls.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
				defer cancel()
				if _, err := r.Issue(ctx, query()); err != nil {
					t.Error(err)
				}
			})
		}
		calls.Wait()
		require.Equal(t, int32(1), probes.Load())
	})
}

// A probe leaves half of the call's time to another account, if there is one.
func TestTimeOfAProbe(t *testing.T) {
	tests := map[string]struct {
		others []route.Target
		want   time.Duration
	}{
		"nobody else":             {nil, 1980 * time.Millisecond},
		"the same account":        {[]route.Target{target("a", of(&page))}, 1980 * time.Millisecond},
		"another account":         {[]route.Target{target("b")}, 990 * time.Millisecond},
		"another and the account": {[]route.Target{target("a", of(&page)), target("b")}, 990 * time.Millisecond},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, v := recovering(t, "a")
				v.left = nil
				_, failure := callFor(t, router(append([]route.Target{a}, test.others...)...), 2*time.Second)
				require.Nil(t, failure)
				require.Equal(t, []time.Duration{test.want}, v.left)
			})
		})
	}
}
