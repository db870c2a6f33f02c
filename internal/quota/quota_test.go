package quota

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func take(t *testing.T, m *InMemory, caller string) time.Duration {
	t.Helper()
	wait, err := m.Take(t.Context(), caller)
	require.NoError(t, err)
	return wait
}

// A caller may make its burst at once, and afterwards its rate; how long it has to wait is
// exact: a moment earlier is too early.
func TestWaitIsExact(t *testing.T) {
	for name, r := range map[string]Rate{
		"many a second":    {PerSecond: 300, Burst: 20},
		"one a second":     {PerSecond: 1, Burst: 1},
		"one in a minute":  {PerSecond: 1. / 60, Burst: 3},
		"thousands":        {PerSecond: 7777, Burst: 7777},
		"more than it has": {PerSecond: 0.3, Burst: 100},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := NewInMemory(map[string]Rate{"shop": r})
				for range r.Burst {
					require.Zero(t, take(t, m, "shop"))
				}
				for range 20 {
					wait := take(t, m, "shop")
					require.Positive(t, wait)
					require.InEpsilon(t, 1/r.PerSecond, wait.Seconds(), 1e-3)
					time.Sleep(wait - wait/1000 - 2)
					left := take(t, m, "shop")
					require.Positive(t, left)
					require.InDelta(t, wait/1000+2, left, 3)
					time.Sleep(left)
					require.Zero(t, take(t, m, "shop"))
				}
			})
		})
	}
}

// What is refused costs nothing: a caller that calls fifty times too often, from many
// goroutines, gets its rate all the same, no more and no less.
func TestFloodGetsItsRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const perSecond, burst, seconds = 100, 10, 20
		m := NewInMemory(map[string]Rate{"shop": {PerSecond: perSecond, Burst: burst}})
		taken := make([]int, 10)
		end := time.Now().Add(seconds * time.Second)
		var all sync.WaitGroup
		for i := range taken {
			all.Go(func() {
				for time.Now().Before(end) {
					if wait, _ := m.Take(t.Context(), "shop"); wait == 0 {
						taken[i]++
					}
					time.Sleep(2 * time.Millisecond)
				}
			})
		}
		all.Wait()
		sum := 0
		for _, n := range taken {
			sum += n
		}
		require.InDelta(t, seconds*perSecond+burst, sum, 2)
	})
}

func TestCallersHaveBucketsOfTheirOwn(t *testing.T) {
	m := NewInMemory(map[string]Rate{"shop": {PerSecond: 0.001, Burst: 1}, "bank": {PerSecond: 0.001, Burst: 1}, "free": {}})
	require.Zero(t, take(t, m, "shop"))
	require.Positive(t, take(t, m, "shop"))
	require.Zero(t, take(t, m, "bank"))
	for range 1000 {
		require.Zero(t, take(t, m, "free"))
		require.Zero(t, take(t, m, ""))
	}
}

// What is left is what can be taken, and looking takes nothing.
func TestWhatIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewInMemory(map[string]Rate{"shop": {PerSecond: 2, Burst: 10}, "free": {}})
		left := func(caller string) float64 {
			calls, bounded := m.Left(caller)
			require.Equal(t, caller == "shop", bounded)
			return calls
		}
		require.InDelta(t, 10, left("shop"), 0)
		require.InDelta(t, 10, left("shop"), 0)
		for range 11 {
			take(t, m, "shop")
		}
		require.Zero(t, left("shop"))
		time.Sleep(750 * time.Millisecond)
		require.InDelta(t, 1.5, left("shop"), 1e-6)
		require.Zero(t, left("free"))
		require.Zero(t, left("nobody"))
	})
}

func TestTakingAllocatesNothing(t *testing.T) {
	m := NewInMemory(map[string]Rate{"shop": {PerSecond: 1, Burst: 1}})
	require.Zero(t, testing.AllocsPerRun(1000, func() { _, _ = m.Take(t.Context(), "shop") }))
}

func BenchmarkTake(b *testing.B) {
	for name, r := range map[string]Rate{"taken": {PerSecond: 1e9, Burst: 1e9}, "refused": {PerSecond: 1e-3, Burst: 1}} {
		m := NewInMemory(map[string]Rate{"shop": r})
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					_, _ = m.Take(b.Context(), "shop")
				}
			})
		})
	}
}

// A caller who has a rate under the next configuration too keeps what it has saved up, and no
// more; others begin anew.
func TestRatesOfTheNextConfiguration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewInMemory(map[string]Rate{"shop": {PerSecond: 1, Burst: 2}, "bank": {PerSecond: 1, Burst: 1}, "gone": {PerSecond: 1, Burst: 1}})
		require.Zero(t, take(t, m, "shop"))
		require.Zero(t, take(t, m, "bank"))
		m.Use(map[string]Rate{"shop": {PerSecond: 1, Burst: 2}, "bank": {PerSecond: 4, Burst: 10}, "new": {PerSecond: 1, Burst: 1}})
		require.Zero(t, take(t, m, "shop"))
		require.Equal(t, time.Second, take(t, m, "shop"))
		require.Equal(t, time.Second/4, take(t, m, "bank"))
		require.Zero(t, take(t, m, "new"))
		require.NotZero(t, take(t, m, "new"))
		for range 10 {
			require.Zero(t, take(t, m, "gone"))
		}
	})
}

// A share holds for rates that come later too, and grows again.
func TestShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewInMemory(map[string]Rate{"shop": {PerSecond: 4, Burst: 2}})
		m.Share(2)
		require.Zero(t, take(t, m, "shop"))
		require.Equal(t, 500*time.Millisecond, take(t, m, "shop"))
		m.Use(map[string]Rate{"shop": {PerSecond: 4, Burst: 2}, "bank": {PerSecond: 2, Burst: 1}})
		require.Equal(t, 500*time.Millisecond, take(t, m, "shop"))
		require.Zero(t, take(t, m, "bank"))
		require.Equal(t, time.Second, take(t, m, "bank"))
		m.Share(0) // as good as nothing
		m.Share(1)
		require.Equal(t, 250*time.Millisecond, take(t, m, "shop"))
	})
}
