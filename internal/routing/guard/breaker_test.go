package guard

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBreakerOpensOnFaultsInARow(t *testing.T) {
	b := NewBreaker(&rowConfig)
	attempts(t, &b, epoch, Faulty, Faulty)
	require.Equal(t, Closed, b.state)
	attempt(t, &b, epoch, Faulty)
	require.Equal(t, Open, b.state)
}

func TestBreakerHealthyEndsTheRow(t *testing.T) {
	b := NewBreaker(&rowConfig)
	attempts(t, &b, epoch, Faulty, Faulty, Healthy, Faulty, Faulty)
	require.Equal(t, Closed, b.state)
}

// An attempt that says nothing does not end the row.
func TestBreakerNeutralLeavesTheRow(t *testing.T) {
	b := NewBreaker(&rowConfig)
	together(&b, Faulty, Neutral, Neutral, Faulty, Neutral, Faulty)
	require.Equal(t, Open, b.state)
}

// An answer that is no token ends the row and makes the share of faults smaller, but closes
// nothing.
func TestBreakerAlive(t *testing.T) {
	b := NewBreaker(&rowConfig)
	attempts(t, &b, epoch, Faulty, Faulty, Alive, Faulty, Faulty)
	require.Equal(t, Closed, b.state)

	b = NewBreaker(&shareConfig)
	for range 5 {
		attempts(t, &b, epoch, Healthy, Alive)
	}
	for range 9 {
		attempt(t, &b, epoch, Faulty)
	}
	require.Equal(t, Closed, b.state)
	attempt(t, &b, epoch, Faulty)
	require.Equal(t, Open, b.state)

	b, probe := probing()
	b.Release(at(time.Second), probe, Alive)
	require.Equal(t, Status{State: HalfOpen}, b.Status(at(time.Second)))
}

// The wall clock may be set while the window is filled.
func TestWindowOfAClockThatIsSetBack(t *testing.T) {
	for _, back := range []time.Duration{time.Hour, time.Minute, 11 * time.Second, 1500 * time.Millisecond} {
		b := NewBreaker(&shareConfig)
		attempts(t, &b, epoch, Healthy, Healthy, Healthy, Healthy, Healthy, Faulty, Faulty, Faulty, Faulty)
		attempt(t, &b, at(-back), Faulty)
		require.Equal(t, Closed, b.state, back)
	}
}

// The ten seconds are counted from the first verdict, wherever in a second that falls.
func TestWindowIsOfTenSeconds(t *testing.T) {
	for _, phase := range []time.Duration{0, 300 * time.Millisecond, 999 * time.Millisecond} {
		for later, want := range map[time.Duration]int{0: 2, 9*time.Second + 999*time.Millisecond: 2, 10 * time.Second: 1, 11 * time.Second: 1, 20 * time.Second: 1} {
			var w window
			w.add(at(phase), 1)
			w.add(at(phase+later), 0)
			verdicts, faults := w.sum(at(phase + later))
			require.Equal(t, want, verdicts, "%v later", later)
			require.Equal(t, want-1, faults, "%v later", later)
		}
	}
}

func TestBreakerNeverOpensOnNeutral(t *testing.T) {
	b := NewBreaker(&breakerConfig)
	for i := range 1000 {
		attempt(t, &b, at(time.Duration(i)*time.Millisecond), Neutral)
	}
	require.Equal(t, Closed, b.state)
}

func TestBreakerOpensByShare(t *testing.T) {
	b := NewBreaker(&shareConfig)
	attempts(t, &b, epoch, Healthy, Faulty, Healthy, Faulty, Healthy, Faulty, Healthy, Faulty, Healthy)
	require.Equal(t, Closed, b.state)
	attempt(t, &b, epoch, Faulty)
	require.Equal(t, Open, b.state)
}

// An attempt that says nothing does not make the share smaller.
func TestBreakerShareIsOfVerdicts(t *testing.T) {
	b := NewBreaker(&shareConfig)
	together(&b, Neutral, Healthy, Healthy, Healthy, Healthy, Healthy, Faulty, Faulty, Faulty, Faulty, Faulty)
	require.Equal(t, Open, b.state)
}

func TestBreakerForgetsAfterTenSeconds(t *testing.T) {
	for later, want := range map[time.Duration]State{9 * time.Second: Open, 10 * time.Second: Closed} {
		b := NewBreaker(&shareConfig)
		attempts(t, &b, epoch, Healthy, Healthy, Healthy, Healthy, Healthy, Faulty, Faulty, Faulty, Faulty)
		attempt(t, &b, at(later), Faulty)
		require.Equal(t, want, b.state, later)
	}
}

func TestOpenBreakerLetsNothingPass(t *testing.T) {
	b := opened()
	for _, d := range []time.Duration{0, time.Second / 2, time.Second - 1} {
		_, ok := b.Acquire(at(d), time.Second)
		require.False(t, ok)
	}
	permit, ok := b.Acquire(at(time.Second), time.Second)
	require.True(t, ok)
	require.True(t, permit.Probe)
}

func TestOneProbeAtATime(t *testing.T) {
	b, _ := probing()
	for _, d := range []time.Duration{0, time.Second, 4*time.Second - 1} {
		_, ok := b.Acquire(at(d), time.Second)
		require.False(t, ok)
	}
}

func TestHealthyProbeCloses(t *testing.T) {
	b, probe := probing()
	b.Release(at(time.Second), probe, Healthy)
	require.Equal(t, Status{State: Closed}, b.Status(at(time.Second)))
}

// What came before the breaker opened does not count again.
func TestClosedBreakerBeginsAnew(t *testing.T) {
	b := NewBreaker(&shareConfig)
	for range 5 {
		attempts(t, &b, epoch, Healthy, Faulty)
	}
	probe, ok := b.Acquire(at(time.Second), time.Second)
	require.True(t, ok)
	b.Release(at(time.Second), probe, Healthy)
	attempt(t, &b, at(time.Second), Faulty)
	require.Equal(t, Closed, b.state)
}

func TestFaultyProbeOpens(t *testing.T) {
	b, probe := probing()
	b.Release(at(time.Second), probe, Faulty)
	require.Equal(t, Open, b.state)
	_, ok := b.Acquire(at(time.Second), time.Second)
	require.False(t, ok)
}

func TestStatusOfABreaker(t *testing.T) {
	closed, open := NewBreaker(&rowConfig), opened()
	require.Equal(t, Status{State: Closed}, closed.Status(epoch))
	require.Equal(t, Status{Open, at(time.Second)}, open.Status(epoch))
	require.Equal(t, Status{State: Open}, open.Status(at(time.Second)))
	halfOpen, _ := probing()
	require.Equal(t, Status{HalfOpen, halfOpen.leaseEnd}, halfOpen.Status(epoch))
	require.Equal(t, Status{State: HalfOpen}, halfOpen.Status(halfOpen.leaseEnd))

	for state, name := range map[State]string{Closed: "closed", HalfOpen: "half_open", Open: "open"} {
		require.Equal(t, name, state.String())
	}
}
