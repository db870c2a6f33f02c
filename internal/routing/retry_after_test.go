package routing

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// What a vendor asks to be left alone with is, in this call and in later ones, and the
// caller is told when to come again.
func TestRetryAfterIsHeeded(t *testing.T) {
	for _, reason := range []providers.Reason{
		providers.VendorRateLimited, providers.VendorConcurrencyLimited, providers.VendorInternalError,
		providers.VendorCredentialsRejected, providers.VendorQuotaExhausted, providers.VendorErrorUnrecognized,
	} {
		synctest.Test(t, func(t *testing.T) {
			v := &vendor{err: &providers.Error{Reason: reason, Exchange: providers.Exchange{HTTPStatus: 503, RetryAfter: 30 * time.Second}}}
			a := target("a", by(v), on(guard.NewAccount(1, 10_000)))
			r := router(a)
			outcome, failure := callFor(t, r, 8*time.Second)
			require.Equal(t, reason, failure.Reason)
			require.Len(t, v.calls, 1)
			require.InDelta(t, 30, outcome.RetryAfter.Seconds(), 6)

			time.Sleep(20 * time.Second)
			outcome, failure = callFor(t, r, 8*time.Second)
			require.Equal(t, providers.NoTargetAvailable, failure.Reason)
			require.Len(t, v.calls, 1)
			require.InDelta(t, 10, outcome.RetryAfter.Seconds(), 2)
			require.Equal(t, 10*time.Second, time.Until(outcome.Unavailable[0].RetryAt))

			time.Sleep(10 * time.Second)
			v.err = nil
			_, failure = callFor(t, r, 8*time.Second)
			require.Nil(t, failure)
		})
	}
}

// The earliest target counts, and one out of service never comes.
func TestRetryAfterIsTheEarliest(t *testing.T) {
	resting := func(account string, d time.Duration) route.Target {
		return target(account, by(&vendor{err: &providers.Error{
			Reason: providers.VendorRateLimited, Exchange: providers.Exchange{HTTPStatus: 429, RetryAfter: d},
		}}), on(guard.NewAccount(1, 10_000)))
	}
	gone := target("d", outOfService("no contract"))
	tests := map[string]struct {
		targets []route.Target
		want    float64
	}{
		"one":                      {[]route.Target{resting("a", 40*time.Second)}, 40},
		"the second is earlier":    {[]route.Target{resting("a", 40*time.Second), resting("b", 10*time.Second)}, 10},
		"the first is earlier":     {[]route.Target{gone, resting("a", 10*time.Second), resting("b", 40*time.Second)}, 10},
		"one can be tried at once": {[]route.Target{resting("a", 40*time.Second), target("b", by(fails(providers.VendorResponseInvalid)))}, 1},
		"none ever":                {[]route.Target{gone}, 1},
	}
	for name, test := range tests {
		synctest.Test(t, func(t *testing.T) {
			least, most := time.Hour, time.Duration(0)
			for range 50 {
				outcome, failure := callFor(t, router(test.targets...), 8*time.Second)
				require.NotNil(t, failure)
				least, most = min(least, outcome.RetryAfter), max(most, outcome.RetryAfter)
			}
			require.GreaterOrEqual(t, least.Seconds(), 0.8*test.want-0.01, name)
			require.LessOrEqual(t, most.Seconds(), 1.2*test.want+0.01, name)
			require.Greater(t, most-least, time.Duration(0.1*test.want*float64(time.Second)), name)
		})
	}
}
