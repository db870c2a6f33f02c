package limit

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// rateVendor takes so many attempts in each second of its own clock and refuses the others.
// It is asked at a steady pace through a RateLimiter; time is virtual.
type rateVendor struct {
	takes, asks float64
	phase       time.Duration
	answers     time.Duration

	now     time.Duration
	limiter RateLimiter
	window  int64
	taken   float64
	ends    []rateEnd
	// served and refused count the answers since they were last asked for.
	served, refused int
}

type rateEnd struct {
	at, start time.Duration
	limited   bool
}

// run lets time pass, and returns the share of what the vendor takes that was used, and
// that of rate answers among all.
func (v *rateVendor) run(d time.Duration) (used, refused float64) {
	v.served, v.refused = 0, 0
	end := v.now + d
	for ; v.now < end; v.now += time.Duration(float64(time.Second) / v.asks) {
		for len(v.ends) > 0 && v.ends[0].at <= v.now {
			if end := v.ends[0]; end.limited {
				v.limiter.Limited(at(end.at), at(end.start))
			} else {
				v.limiter.Served(at(end.at))
			}
			v.ends = v.ends[1:]
		}
		if v.limiter.NextAt(at(v.now)).After(at(v.now)) {
			v.limiter.Press(at(v.now))
			continue
		}
		v.limiter.Take()
		v.attempt()
	}
	return float64(v.served) / (v.takes * d.Seconds()), float64(v.refused) / float64(max(1, v.served+v.refused))
}

func (v *rateVendor) attempt() {
	if window := int64((v.now + v.phase) / time.Second); window != v.window {
		v.window, v.taken = window, 0
	}
	limited := v.taken >= v.takes
	if limited {
		v.refused++
	} else {
		v.taken++
		v.served++
	}
	v.ends = append(v.ends, rateEnd{v.now + v.answers, v.now, limited})
}

// rates runs a test for vendors of several rates, whose answers are quick or slow.
func rates(t *testing.T, test func(*testing.T, *rateVendor)) {
	t.Helper()
	for _, takes := range []float64{2, 10, 100} {
		for _, answers := range []time.Duration{2 * time.Millisecond, 300 * time.Millisecond} {
			for _, phase := range []time.Duration{0, 100 * time.Millisecond, 700 * time.Millisecond} {
				t.Run(fmt.Sprintf("%v a second, answers after %v, phase %v", takes, answers, phase), func(t *testing.T) {
					t.Parallel()
					test(t, &rateVendor{takes: takes, asks: 30 * takes, answers: answers, phase: phase})
				})
			}
		}
	}
}

func TestModelRateIsFound(t *testing.T) {
	rates(t, func(t *testing.T, v *rateVendor) {
		t.Helper()
		v.run(20 * time.Second)
		used, refused := v.run(2 * time.Minute)
		require.GreaterOrEqual(t, used, 0.8)
		require.LessOrEqual(t, refused, 0.05)
	})
}

func TestModelRateIsFollowed(t *testing.T) {
	rates(t, func(t *testing.T, v *rateVendor) {
		t.Helper()
		v.run(20 * time.Second)
		v.takes *= 4
		v.run(30 * time.Second)
		used, refused := v.run(time.Minute)
		require.GreaterOrEqual(t, used, 0.7)
		require.LessOrEqual(t, refused, 0.05)
		v.takes /= 4
		v.run(20 * time.Second)
		used, refused = v.run(time.Minute)
		require.GreaterOrEqual(t, used, 0.7)
		require.LessOrEqual(t, refused, 0.06)
	})
}
