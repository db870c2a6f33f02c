package guard

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// attemptOf makes one of a source that must be let through.
func attemptOf(t *testing.T, b *Breaker, now time.Time, source Source, verdict Verdict) {
	t.Helper()
	permit, ok := b.Acquire(now, time.Second)
	require.True(t, ok)
	b.release(now, permit, verdict, source, false)
}

// Faults of one source are one fault, also if others were served between them.
func TestFaultsOfOneSourceAreOne(t *testing.T) {
	for name, config := range map[string]*BreakerConfig{"row": &rowConfig, "share": &shareConfig} {
		for _, verdict := range []Verdict{Faulty, Refused} {
			b := NewBreaker(config)
			for range 200 {
				attemptOf(t, &b, epoch, 1, verdict)
			}
			for range 20 {
				attemptOf(t, &b, epoch, 2, Healthy)
				attemptOf(t, &b, epoch, 1, verdict)
			}
			require.Equal(t, Closed, b.state, name)
		}
	}
}

// Two sources in turn open it as soon as any.
func TestFaultsOfTwoSources(t *testing.T) {
	for _, verdict := range []Verdict{Faulty, Refused} {
		b := NewBreaker(&rowConfig)
		for i, source := range []Source{1, 1, 2, 2, 1} {
			require.Equal(t, Closed, b.state, i)
			attemptOf(t, &b, epoch, source, verdict)
		}
		require.Equal(t, Open, b.state)
	}
}

// What nobody's values can have caused counts each time.
func TestFaultsOfNobody(t *testing.T) {
	for _, verdict := range []Verdict{Faulty, Refused} {
		b := NewBreaker(&rowConfig)
		attemptOf(t, &b, epoch, 1, Healthy)
		for range 3 {
			attemptOf(t, &b, epoch, Nobody, verdict)
		}
		require.Equal(t, Open, b.state)
	}
}

// What is refused while tokens are issued is refused for what was sent.
func TestRefusedBesideTokens(t *testing.T) {
	for later, want := range map[time.Duration]State{0: Closed, 10*time.Second - 1: Closed, 10 * time.Second: Open} {
		b := NewBreaker(&rowConfig)
		attemptOf(t, &b, epoch, 1, Healthy)
		for source := range Source(3) {
			attemptOf(t, &b, at(later), 2+source, Refused)
		}
		require.Equal(t, want, b.state, later)
	}
	reopened, probe := probing()
	reopened.release(at(time.Second), probe, Healthy, 1, false)
	for source := range Source(3) {
		attemptOf(t, &reopened, at(2*time.Second), 2+source, Refused)
	}
	require.Equal(t, Closed, reopened.state, "the probe issued a token")
}

// An account's attempts that were not sent count whoever's they were, and credentials are
// refused to all.
func TestWhatIsUnsentIsNobodys(t *testing.T) {
	for unsent, want := range map[bool]State{true: Open, false: Closed} {
		target := NewAccount(1, 100).Target("p", "")
		for range 5 {
			grant := new(Grant)
			refusal := target.Acquire(grant, "", epoch, time.Second, nil, 1)
			require.Empty(t, refusal.Why)
			target.Release(epoch, grant, Result{Product: Faulty, Unsent: unsent})
		}
		require.Equal(t, want, target.Status(epoch).Product.State)
	}
	target := NewAccount(1, 100).Target("p", "")
	for range 5 {
		grant := new(Grant)
		refusal := target.Acquire(grant, "", epoch, time.Second, nil, 1)
		require.Empty(t, refusal.Why)
		target.Release(epoch, grant, Result{Credential: Faulty})
	}
	require.Equal(t, Open, target.account.Status(epoch).Credentials[0].State)
}

// A source whose probe failed waits twice as long as others.
func TestProbeOfTheSameSource(t *testing.T) {
	for name, faulty := range map[string]Result{"product": {Product: Faulty}, "target": {Target: Faulty}} {
		for source, want := range map[Source]time.Duration{Nobody: 3 * time.Second, 2: 3 * time.Second, 1: 5 * time.Second} {
			target := NewAccount(1, 100).Target("p", "")
			for range 5 {
				grant := new(Grant)
				_ = target.Acquire(grant, "", epoch, time.Second, nil, Nobody)
				target.Release(epoch, grant, faulty)
			}
			probe := new(Grant)
			refusal := target.Acquire(probe, "", at(time.Second), time.Second, nil, 1)
			require.Empty(t, refusal.Why, name)
			target.Release(at(time.Second), probe, faulty)

			refusal = target.Acquire(new(Grant), "", at(want-1), time.Second, nil, source)
			require.Equal(t, Refusal{BreakerOpen, at(want)}, refusal, name)
			next := new(Grant)
			refusal = target.Acquire(next, "", at(want), time.Second, nil, source)
			require.Empty(t, refusal.Why, name)
			require.True(t, next.Probe)
		}
	}
}
