package workers

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func (p *Pool) waiting() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for one := p.idle; one != nil; one = one.older {
		n++
	}
	return n
}

func TestWorkersAreUsedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w Pool
		done := 0
		for range 3 {
			w.Run(func() { done++ })
			synctest.Wait()
			require.Equal(t, 1, w.waiting())
			time.Sleep(workerIdle - time.Nanosecond)
		}
		require.Equal(t, 3, done)
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		require.Zero(t, w.waiting())
	})
}

// However many there are and whenever they leave, everything is run once.
func TestWorkersRunEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w Pool
		var ran atomic.Int64
		var callers sync.WaitGroup
		for caller := range 8 {
			callers.Go(func() {
				for i := range 1000 {
					w.Run(func() { ran.Add(1) })
					if i%10 == 0 {
						time.Sleep(workerIdle + time.Duration(caller%3-1)) // as others leave
					}
				}
			})
		}
		callers.Wait()
		time.Sleep(time.Second)
		synctest.Wait()
		require.Zero(t, w.waiting())
		require.Equal(t, int64(8000), ran.Load())
	})
}

// Whoever waits is told when the last function has returned, or that there is no more time.
func TestWaitForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w Pool
		require.NoError(t, w.Wait(t.Context()), "nothing has been run")
		start := time.Now()
		for _, takes := range []time.Duration{time.Second, 3 * time.Second, 2 * time.Second} {
			w.Run(func() { time.Sleep(takes) })
		}
		short, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		var waiting sync.WaitGroup
		for range 2 {
			waiting.Go(func() {
				if err := w.Wait(t.Context()); err != nil || time.Since(start) != 3*time.Second {
					t.Error(err, time.Since(start))
				}
			})
		}
		require.ErrorIs(t, w.Wait(short), context.DeadlineExceeded)
		waiting.Wait()
		require.NoError(t, w.Wait(short), "nothing runs any more")
		time.Sleep(time.Second)
	})
}
