package guard

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// epoch is when the tests begin: a whole second, as windows count by seconds.
var epoch = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// at is so long after the tests began.
func at(d time.Duration) time.Time { return epoch.Add(d) }

// rowConfig opens for faults in a row, shareConfig for the share of them.
var (
	rowConfig   = BreakerConfig{Consecutive: 3, Cooldown: time.Second, MaxCooldown: 5 * time.Second}
	shareConfig = BreakerConfig{
		Consecutive: 100, Share: 0.5, MinCalls: 10, Cooldown: time.Second, MaxCooldown: 5 * time.Second,
	}
)

// attempt makes one that must be let through.
func attempt(t *testing.T, b *Breaker, now time.Time, verdict Verdict) {
	t.Helper()
	permit, ok := b.Acquire(now, time.Second)
	require.True(t, ok)
	b.Release(now, permit, verdict)
}

// attempts makes several.
func attempts(t *testing.T, b *Breaker, now time.Time, verdicts ...Verdict) {
	t.Helper()
	for _, verdict := range verdicts {
		attempt(t, b, now, verdict)
	}
}

// together makes attempts that all begin before one ends.
func together(b *Breaker, verdicts ...Verdict) {
	permits := make([]Permit, len(verdicts))
	for i := range permits {
		permits[i], _ = b.Acquire(epoch, time.Second)
	}
	for i, verdict := range verdicts {
		b.Release(epoch, permits[i], verdict)
	}
}

// opened returns a breaker that opened as the tests began.
func opened() Breaker {
	b := NewBreaker(&rowConfig)
	b.era++
	b.open(epoch)
	return b
}

// probing returns a breaker whose probe, of at most three seconds, went out as the
// tests began.
func probing() (Breaker, Permit) {
	b := opened()
	b.probeAt = epoch
	probe, _ := b.Acquire(epoch, 3*time.Second)
	return b, probe
}
