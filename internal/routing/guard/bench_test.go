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
			if !acquireRelease(target) {
				b.Fatal("refused")
			}
		}
	})
	b.Run("parallel", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if !acquireRelease(target) {
					b.Error("refused")
				}
			}
		})
	})
}

// acquireRelease guards an attempt, and reports whether it may begin. It takes no testing.TB: half of
// what was measured was Helper.
func acquireRelease(target *Target) bool {
	grant := new(Grant)
	refusal := target.Acquire(grant, "", time.Now(), time.Second, nil, Nobody)
	if refusal.Why != "" {
		return false
	}
	target.Release(time.Now(), grant, healthy)
	return true
}

// Guarding an attempt costs no memory.
func TestGuardingAllocatesNothing(t *testing.T) {
	target := NewAccount(2, 10_000).Target("p", "")
	if n := testing.AllocsPerRun(1000, func() { acquireRelease(target) }); n > 0 {
		t.Errorf("%.0f allocations an attempt, want none", n)
	}
}
