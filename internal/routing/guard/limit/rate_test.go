package limit

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// takeAll takes tokens until there is none, and returns how many there were.
func takeAll(r *RateLimiter, now time.Time) (n int) {
	for n < 1000 && !r.NextAt(now).After(now) {
		r.Take()
		n++
	}
	return n
}

// limitedRate returns a limiter of a vendor that had served so many in its second as it
// answered, when the tests began, that there were too many.
func limitedRate(served int) RateLimiter {
	var r RateLimiter
	for range served {
		r.Served(epoch)
	}
	r.Limited(epoch, epoch)
	return r
}

func TestAnyRateUntilTheVendorObjects(t *testing.T) {
	var r RateLimiter
	require.Equal(t, 1000, takeAll(&r, epoch))
	require.Zero(t, r.Rate())
}

func TestRateAnswerLowersTheRate(t *testing.T) {
	for served, want := range map[int]float64{0: firstRate, 10: firstRate, 100: 90} {
		r := limitedRate(served)
		require.InDelta(t, want, r.Rate(), 1e-9)
		require.Zero(t, takeAll(&r, epoch))
		next := r.NextAt(epoch)
		require.InDelta(t, 1/want, next.Sub(epoch).Seconds(), 1e-6)
		require.Equal(t, 1, takeAll(&r, next.Add(time.Microsecond)))
	}
}

func TestRateIsLoweredByHalfAtMost(t *testing.T) {
	r := limitedRate(0)
	r.Limited(at(3*time.Second), at(2*time.Second))
	require.InDelta(t, firstRate/2, r.Rate(), 1e-9)
	for i := range 20 {
		now := at(time.Duration(10+3*i) * time.Second)
		r.Limited(now, now)
	}
	require.InDelta(t, leastRate, r.Rate(), 1e-9)
}

// Attempts that were refused together are one reason to go down.
func TestRateAnswerOfAnEarlierAttempt(t *testing.T) {
	r := limitedRate(0)
	r.Limited(at(time.Second), epoch.Add(-1))
	require.InDelta(t, firstRate, r.Rate(), 1e-9)
}

// A second that is used up refuses whatever comes: the rate that should pass in the next
// one is not lowered for that.
func TestRateIsLoweredOnceASecond(t *testing.T) {
	r := limitedRate(100)
	for range 10 {
		r.Limited(at(500*time.Millisecond), at(500*time.Millisecond))
	}
	require.InDelta(t, 90, r.Rate(), 1e-9)
	for range 100 {
		r.Served(at(1100 * time.Millisecond))
	}
	r.Limited(at(1100*time.Millisecond), at(1100*time.Millisecond))
	require.InDelta(t, 90*cutShare, r.Rate(), 1e-9)
}

// While it refuses attempts the rate goes up after a while, in steps that double.
func TestRateGoesUpUnderPressure(t *testing.T) {
	r := limitedRate(100)
	r.double = at(time.Hour)
	press := func(d time.Duration) float64 {
		r.NextAt(at(d))
		r.Press(at(d))
		r.NextAt(at(d))
		return r.Rate()
	}
	require.InDelta(t, 90, press(rateMost-1), 1e-9)
	require.InDelta(t, 90*1.02, press(rateMost), 1e-9)
	require.InDelta(t, 90*1.02, press(rateMost+raiseEvery-1), 1e-9)
	require.InDelta(t, 90*1.02*1.04, press(rateMost+raiseEvery), 1e-9)
}

// After many attempts it goes up sooner.
func TestRateIsHeldForSoManyAttempts(t *testing.T) {
	for attempts, want := range map[int]float64{rateAttempts - 1: 90, rateAttempts: 90 * 1.02} {
		r := limitedRate(100)
		for range attempts {
			r.Served(at(time.Second))
		}
		r.Press(at(rateHold - 1))
		r.NextAt(at(rateHold - 1))
		require.InDelta(t, 90, r.Rate(), 1e-9)
		r.NextAt(at(rateHold))
		require.InDelta(t, want, r.Rate(), 1e-9)
	}
}

// Tokens are saved up for a second, and one at least.
func TestTokensAreSavedUpForASecond(t *testing.T) {
	r := limitedRate(100)
	require.Equal(t, 90, takeAll(&r, at(9*time.Second)))
	r.rate, r.tokens, r.filled = 0.5, 0, at(9*time.Second)
	r.double = at(time.Hour)
	require.Equal(t, 1, takeAll(&r, at(time.Minute)))
}

// A rate that refuses nothing doubles, and binds nobody an hour later.
func TestRateIsForgotten(t *testing.T) {
	r := limitedRate(100)
	for d, want := range map[time.Duration]float64{quietTime - 1: 90, quietTime: 180, quietTime + doubleEvery: 360} {
		r := limitedRate(100)
		r.NextAt(at(d))
		require.InDelta(t, want, r.Rate(), 1e-9, d)
	}
	require.Equal(t, 1000, takeAll(&r, at(time.Hour)))
	require.Zero(t, r.Rate())
}

// One that refuses attempts does not double.
func TestRateThatRefusesDoesNotDouble(t *testing.T) {
	r := limitedRate(100)
	r.Press(at(5 * time.Second))
	r.raise = at(time.Hour)
	r.NextAt(at(5*time.Second + quietTime - 1))
	require.InDelta(t, 90, r.Rate(), 1e-9)
}
