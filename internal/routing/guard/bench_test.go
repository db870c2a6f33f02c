package guard

import (
	"testing"
	"time"
)

func BenchmarkAcquireRelease(b *testing.B) {
	target := NewAccount(2, 10_000).Target("p", "")
	b.Run("serial", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			acquireRelease(b, target)
		}
	})
	b.Run("parallel", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				acquireRelease(b, target)
			}
		})
	})
}

func acquireRelease(tb testing.TB, target *Target) {
	tb.Helper()
	grant, refusal := target.Acquire("", time.Now(), time.Second, nil, Nobody)
	if refusal.Why != "" {
		tb.Error(refusal)
		return
	}
	target.Release(time.Now(), grant, healthy)
}

// Guarding an attempt costs no memory.
func TestGuardingAllocatesNothing(t *testing.T) {
	target := NewAccount(2, 10_000).Target("p", "")
	if n := testing.AllocsPerRun(1000, func() { acquireRelease(t, target) }); n > 0 {
		t.Errorf("%.0f allocations an attempt, want none", n)
	}
}
