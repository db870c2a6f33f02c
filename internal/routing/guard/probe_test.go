package guard

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A probe that is never released, because it hangs or its caller forgot it, is
// replaced a second after its time.
func TestProbesLeaseRunsOut(t *testing.T) {
	b, _ := probing()
	probe, ok := b.Acquire(at(4*time.Second), 3*time.Second)
	require.True(t, ok)
	require.True(t, probe.Probe)
}

// A probe that says nothing, because its caller went away or sent nonsense, ends its
// lease: the next attempt is the probe.
func TestNeutralProbeEndsItsLease(t *testing.T) {
	b, probe := probing()
	b.Release(at(time.Second), probe, Neutral)
	next, ok := b.Acquire(at(time.Second), 3*time.Second)
	require.True(t, ok)
	require.True(t, next.Probe)
}

// A probe that the router cut short says nothing: the next one comes after the same
// cool-down and gets its full time, the one after that no longer.
func TestHalvedProbeIsFollowedByAFullOne(t *testing.T) {
	b, probe := probing()
	require.False(t, probe.FullTime)
	b.release(at(time.Second), probe, Neutral, Nobody, true)
	require.Equal(t, Status{Open, at(2 * time.Second)}, b.Status(at(time.Second)))

	full, ok := b.Acquire(at(2*time.Second), time.Second)
	require.True(t, ok)
	require.Equal(t, Permit{era: b.era, Probe: true, FullTime: true}, full)
	b.Release(at(3*time.Second), full, Faulty)
	require.Equal(t, Status{Open, at(5 * time.Second)}, b.Status(at(3*time.Second)))

	next, ok := b.Acquire(at(5*time.Second), time.Second)
	require.True(t, ok)
	require.False(t, next.FullTime)
}

// One that failed before it was cut has failed.
func TestHalvedProbeThatFails(t *testing.T) {
	b, probe := probing()
	b.release(at(time.Second), probe, Faulty, Nobody, true)
	require.Equal(t, Status{Open, at(3 * time.Second)}, b.Status(at(time.Second)))
}

// Only the latest probe counts: who outlives its lease has been replaced.
func TestReplacedProbeSaysNothing(t *testing.T) {
	for _, verdict := range []Verdict{Neutral, Healthy, Faulty} {
		b, first := probing()
		b.leaseEnd = at(4 * time.Second)
		second, ok := b.Acquire(at(4*time.Second), 3*time.Second)
		require.True(t, ok)
		before := b
		b.Release(at(5*time.Second), first, verdict)
		require.Equal(t, before, b)
		b.Release(at(5*time.Second), second, Healthy)
		require.Equal(t, Closed, b.state)
	}
}

// An attempt from before the breaker opened says nothing of what came after.
func TestEarlierAttemptSaysNothing(t *testing.T) {
	for _, verdict := range []Verdict{Neutral, Healthy, Faulty} {
		b := NewBreaker(&rowConfig)
		var early [3]Permit
		for i := range early {
			early[i], _ = b.Acquire(epoch, time.Second)
		}
		attempts(t, &b, epoch, Faulty, Faulty, Faulty)
		late := func(now time.Time, permit Permit) {
			before := b
			b.Release(now, permit, verdict)
			require.Equal(t, before, b)
		}
		late(at(time.Second/2), early[0])
		probe, ok := b.Acquire(at(time.Second), time.Second)
		require.True(t, ok)
		late(at(time.Second), early[1])
		b.Release(at(time.Second), probe, Healthy)
		late(at(time.Second), early[2])
	}
}

// failProbe lets the probe that is due fail.
func failProbe(t *testing.T, b *Breaker) (cooldown time.Duration) {
	t.Helper()
	now := b.probeAt
	attempt(t, b, now, Faulty)
	return b.probeAt.Sub(now)
}

func TestCooldownDoubles(t *testing.T) {
	b := opened()
	require.Equal(t, at(time.Second), b.probeAt)
	require.Equal(t, 2*time.Second, failProbe(t, &b))
	require.Equal(t, 4*time.Second, failProbe(t, &b))
}

func TestCooldownHasAMost(t *testing.T) {
	b := opened()
	b.cooldown = 5 * time.Second
	require.Equal(t, 5*time.Second, failProbe(t, &b))
}

// Neutral probes do not make the cool-down longer.
func TestCooldownStaysForNeutralProbes(t *testing.T) {
	b := opened()
	for range 10 {
		probe, ok := b.Acquire(at(time.Second), time.Second)
		require.True(t, ok)
		b.Release(at(time.Second), probe, Neutral)
	}
	require.Equal(t, time.Second, b.cooldown)
}

func TestCooldownStartsOver(t *testing.T) {
	b := opened()
	b.cooldown = 4 * time.Second
	attempt(t, &b, at(time.Second), Healthy)
	require.Equal(t, time.Second, b.cooldown)
}
