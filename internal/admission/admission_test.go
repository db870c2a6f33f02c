package admission

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

func TestGauge(t *testing.T) {
	for _, c := range []struct {
		name           string
		limit, held, n int64
		resent         bool
		want           bool
	}{
		{"nothing held", 10, 0, 1, false, true},
		{"the last", 10, 9, 1, false, true},
		{"one beyond", 10, 10, 1, false, false},
		{"all at once", 10, 0, 10, false, true},
		{"too many at once", 10, 0, 11, false, false},
		{"none more of a full one", 10, 10, 0, false, true},
		{"resent, the last of four fifths", 10, 7, 1, true, true},
		{"resent, one beyond four fifths", 10, 8, 1, true, false},
		{"resent, beyond all", 10, 10, 1, true, false},
		{"resent, of a small limit", 4, 3, 1, true, true},
		{"resent, of a limit of one", 1, 0, 1, true, true},
		{"no limit", 0, 1 << 40, 1 << 40, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := &gauge{}
			g.limit.Store(c.limit)
			g.held.Store(c.held)
			_, taken := g.take(c.n, c.resent)
			require.Equal(t, c.want, taken)
			if c.want {
				c.held += c.n
			}
			require.Equal(t, c.held, g.held.Load())
		})
	}
}

// admit does for a call at once what happens as its message arrives.
func (c *Controller) admit(permit *Permit, resent bool) *providers.Error {
	if shed := c.Open(permit, "", resent); shed != nil {
		return shed
	}
	return permit.Admit()
}

func TestPermit(t *testing.T) {
	c := NewController(Limits{MaxCalls: 1, MaxPhotoBytes: 100}, nil)
	first, second := &Permit{}, &Permit{}
	require.Nil(t, c.admit(first, false))
	require.Nil(t, first.Reserve(60))
	require.Nil(t, first.Reserve(40))
	require.EqualError(t, first.Reserve(1), "OVERLOADED: too many photos at once")
	require.EqualError(t, c.admit(second, false), "OVERLOADED: too many calls at once")

	second.Release()
	require.Equal(t, int64(1), c.calls.held.Load(), "a call that was shed gives nothing back")
	first.Release()
	first.Release()
	require.Zero(t, c.calls.held.Load())
	require.Zero(t, c.bytes.held.Load())
	require.Nil(t, c.admit(second, false))
}

// What has only been announced holds nothing, and is shed all the same where it cannot fit.
func TestAnnouncedHoldsNothing(t *testing.T) {
	c := NewController(Limits{MaxCalls: 1, MaxPhotoBytes: 100}, nil)
	for range 64 {
		permit := &Permit{}
		require.Nil(t, c.Open(permit, "", false))
		require.Nil(t, permit.Fits(100))
		require.EqualError(t, permit.Fits(101), "OVERLOADED: too many photos at once")
	}
	calls, bytes := c.InFlight()
	require.Zero(t, calls+bytes)

	first, late := &Permit{}, &Permit{}
	require.Nil(t, c.Open(late, "", false))
	require.Nil(t, c.admit(first, false))
	require.EqualError(t, late.Admit(), "OVERLOADED: too many calls at once")
	late.Release()
	calls, _ = c.InFlight()
	require.Equal(t, int64(1), calls)
}

// Permits taken and given back by many at once never pass the bounds, and none is
// refused that fits.
func TestControllerConcurrently(t *testing.T) {
	const (
		workers = 16
		calls   = 12
		bytes   = 40
	)
	c := NewController(Limits{MaxCalls: calls, MaxPhotoBytes: bytes}, nil)
	var held atomic.Int64
	var done sync.WaitGroup
	for worker := range uint64(workers) {
		done.Go(func() {
			random := rand.New(rand.NewPCG(worker, 1))
			for range 20_000 {
				permit := &Permit{}
				if c.admit(permit, random.IntN(2) == 0) != nil {
					continue
				}
				n := random.Int64N(8)
				if permit.Reserve(n) == nil {
					assert.LessOrEqual(t, held.Add(n), int64(bytes))
					held.Add(-n)
				}
				permit.Release()
			}
		})
	}
	done.Wait()
	require.Zero(t, c.calls.held.Load())
	require.Zero(t, c.bytes.held.Load())

	c = NewController(Limits{MaxCalls: workers, MaxPhotoBytes: 7 * workers}, nil)
	for range workers {
		done.Go(func() {
			for range 20_000 {
				permit := &Permit{}
				assert.Nil(t, c.admit(permit, false))
				assert.Nil(t, permit.Reserve(7))
				permit.Release()
			}
		})
	}
	done.Wait()
}

func TestAdmitAllocatesNothing(t *testing.T) {
	c := NewController(Limits{MaxCalls: 1, MaxPhotoBytes: 100}, nil)
	permit := &Permit{}
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		_ = c.admit(permit, true)
		_ = permit.Reserve(10)
		permit.Release()
	}))
}

func BenchmarkAdmit(b *testing.B) {
	c := NewController(Limits{MaxCalls: 10_000, MaxPhotoBytes: 1 << 30}, nil)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		permit := &Permit{}
		for pb.Next() {
			_ = c.admit(permit, false)
			_ = permit.Reserve(1 << 10)
			permit.Release()
		}
	})
}
