package recent

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// clock is what the recorders of a test have for the time.
type clock struct{ time.Time }

func recorder() (*Recorder, *clock) {
	c := &clock{time.Date(2026, 3, 1, 12, 0, 1, 0, time.UTC)}
	r := New()
	r.now = func() time.Time { return c.Time }
	return r, c
}

func (c *clock) pass(d time.Duration) { c.Time = c.Add(d) }

func TestPointsMoveOn(t *testing.T) {
	r, c := recorder()
	for range 10 {
		r.Call("OK", OK, 20*time.Millisecond)
	}
	for range 5 {
		r.Call("VENDOR_TIMEOUT", Failed, 3*time.Second)
		r.Call("INVALID_REQUEST", Caller, time.Millisecond)
	}
	require.Zero(t, r.Snapshot().Calls.Rate, "the step is under way")
	for i := range Steps {
		c.pass(Step)
		calls := r.Snapshot().Calls
		last := Steps - 1 - i
		require.InDelta(t, 4, calls.Rate[last], 0)
		require.InDelta(t, 1, calls.Failures[last], 0)
		require.InDelta(t, 1, calls.CallersFaults[last], 0)
		require.Len(t, slices.DeleteFunc(slices.Clone(calls.Rate[:]), func(v float64) bool { return v == 0 }), 1)
		require.NotNil(t, calls.P95[last])
	}
	c.pass(Step)
	require.Zero(t, r.Snapshot().Calls.Rate)
	require.Empty(t, r.Snapshot().Calls.Errors)
}

func TestErrorsAreCountedByReason(t *testing.T) {
	r, c := recorder()
	fail := func(reason string, class Class) { r.Attempt("acme-cn", "acme.app", reason, class, time.Second) }
	fail("VENDOR_TIMEOUT", Failed)
	fail("VENDOR_TIMEOUT", Failed)
	c.pass(100 * time.Second)
	fail("PHOTO_UNREADABLE", Caller)
	photo := c.Time
	c.pass(100 * time.Second)
	fail("VENDOR_TIMEOUT", Failed)
	timeout := c.Time
	fail("OK", OK)
	require.Equal(t, []Error{{"VENDOR_TIMEOUT", 3, timeout}, {"PHOTO_UNREADABLE", 1, photo}}, r.Snapshot().Targets[0].Errors)
	c.pass(150 * time.Second)
	require.Equal(t, []Error{{"VENDOR_TIMEOUT", 1, timeout}, {"PHOTO_UNREADABLE", 1, photo}}, r.Snapshot().Targets[0].Errors)
	c.pass(5 * time.Minute)
	require.Empty(t, r.Snapshot().Targets)
}

// What is told of durations is true to a third.
func TestQuantiles(t *testing.T) {
	for range 200 {
		r, c := recorder()
		scale := time.Duration(1+rand.IntN(2000)) * time.Millisecond
		all := make([]float64, 200)
		for i := range all {
			took := time.Millisecond + rand.N(scale)
			all[i] = took.Seconds()
			r.Call("OK", OK, took)
		}
		c.pass(Step)
		slices.Sort(all)
		calls := r.Snapshot().Calls
		require.InEpsilon(t, all[99], *calls.P50[Steps-1], 0.35)
		require.InEpsilon(t, all[189], *calls.P95[Steps-1], 0.35)
	}
}

func TestLongDurations(t *testing.T) {
	r, c := recorder()
	r.Call("OK", OK, time.Hour)
	r.Call("OK", OK, 0)
	c.pass(Step)
	require.InDelta(t, bounds[len(bounds)-1].Seconds(), *r.Snapshot().Calls.P95[Steps-1], 1)
}

// Targets have a bound. Those that nobody uses any more give way.
func TestBoundOfTargets(t *testing.T) {
	r, c := recorder()
	for i := range MaxTargets + 10 {
		r.Attempt(fmt.Sprint("account-", i), "acme.app", "OK", OK, time.Second)
	}
	shot := r.Snapshot()
	require.Len(t, shot.Targets, MaxTargets)
	require.EqualValues(t, 10, shot.Unrecorded)
	c.pass(Steps*Step + Step)
	r.Attempt("new", "acme.app", "OK", OK, time.Second)
	require.Len(t, r.targets, 1)
	for i := range 2 * maxReasons {
		r.Attempt("new", "acme.app", fmt.Sprint("REASON_", i), Failed, time.Second)
	}
	require.Len(t, r.Snapshot().Targets[0].Errors, maxReasons)
}

func TestConcurrentUse(t *testing.T) {
	r, c := recorder()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 1000 {
				r.Attempt(fmt.Sprint("account-", i%3), "acme.app", "VENDOR_TIMEOUT", Failed, time.Second)
				r.Call("OK", OK, time.Second)
			}
			r.Snapshot()
		})
	}
	all.Wait()
	c.pass(Step)
	var attempts uint64
	for _, target := range r.Snapshot().Targets {
		attempts += target.Errors[0].Count
	}
	require.EqualValues(t, 8000, attempts)
}

func BenchmarkAttempt(b *testing.B) {
	r := New()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r.Attempt("acme-cn", "acme.app", "OK", OK, 40*time.Millisecond)
		}
	})
}
