package server

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGauge(t *testing.T) {
	for _, c := range []struct {
		name           string
		limit, held, n int64
		repeated       bool
		want           bool
	}{
		{"nothing held", 10, 0, 1, false, true},
		{"the last", 10, 9, 1, false, true},
		{"one beyond", 10, 10, 1, false, false},
		{"all at once", 10, 0, 10, false, true},
		{"too many at once", 10, 0, 11, false, false},
		{"none more of a full one", 10, 10, 0, false, true},
		{"repeated, the last of four fifths", 10, 7, 1, true, true},
		{"repeated, one beyond four fifths", 10, 8, 1, true, false},
		{"repeated, beyond all", 10, 10, 1, true, false},
		{"repeated, of a small limit", 4, 3, 1, true, true},
		{"repeated, of a limit of one", 1, 0, 1, true, true},
		{"no limit", 0, 1 << 40, 1 << 40, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := &gauge{limit: c.limit}
			g.held.Store(c.held)
			require.Equal(t, c.want, g.take(c.n, c.repeated))
			if c.want {
				c.held += c.n
			}
			require.Equal(t, c.held, g.held.Load())
		})
	}
}

func TestPermit(t *testing.T) {
	l := &load{}
	l.limit(Limits{MaxCalls: 1, MaxPhotoBytes: 100})
	first, second := &Call{}, &Call{}
	require.Nil(t, l.admit(first, false))
	require.Nil(t, first.permit.reserve(60))
	require.Nil(t, first.permit.reserve(40))
	require.EqualError(t, first.permit.reserve(1), "OVERLOADED: too many photos at once")
	require.EqualError(t, l.admit(second, false), "OVERLOADED: too many calls at once")

	second.permit.release()
	require.Equal(t, int64(1), l.calls.held.Load(), "a call that was shed gives nothing back")
	first.permit.release()
	first.permit.release()
	require.Zero(t, l.calls.held.Load())
	require.Zero(t, l.bytes.held.Load())
	require.Nil(t, l.admit(second, false))
}

// Permits taken and given back by many at once never pass the bounds, and none is
// refused that fits.
func TestLoadConcurrently(t *testing.T) {
	const (
		workers = 16
		calls   = 12
		bytes   = 40
	)
	l := &load{}
	l.limit(Limits{MaxCalls: calls, MaxPhotoBytes: bytes})
	var held atomic.Int64
	var done sync.WaitGroup
	for worker := range uint64(workers) {
		done.Go(func() {
			random := rand.New(rand.NewPCG(worker, 1))
			for range 20_000 {
				call := &Call{}
				if l.admit(call, random.IntN(2) == 0) != nil {
					continue
				}
				n := random.Int64N(8)
				if call.permit.reserve(n) == nil {
					assert.LessOrEqual(t, held.Add(n), int64(bytes))
					held.Add(-n)
				}
				call.permit.release()
			}
		})
	}
	done.Wait()
	require.Zero(t, l.calls.held.Load())
	require.Zero(t, l.bytes.held.Load())

	l.limit(Limits{MaxCalls: workers, MaxPhotoBytes: 7 * workers})
	for range workers {
		done.Go(func() {
			for range 20_000 {
				call := &Call{}
				assert.Nil(t, l.admit(call, false))
				assert.Nil(t, call.permit.reserve(7))
				call.permit.release()
			}
		})
	}
	done.Wait()
}

func TestAdmitAllocatesNothing(t *testing.T) {
	l := &load{}
	l.limit(Limits{MaxCalls: 1, MaxPhotoBytes: 100})
	call := &Call{}
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		_ = l.admit(call, true)
		_ = call.permit.reserve(10)
		call.permit.release()
	}))
}

func BenchmarkAdmit(b *testing.B) {
	l := &load{}
	l.limit(Limits{MaxCalls: 10_000, MaxPhotoBytes: 1 << 30})
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		call := &Call{}
		for pb.Next() {
			_ = l.admit(call, false)
			_ = call.permit.reserve(1 << 10)
			call.permit.release()
		}
	})
}
