// Package load makes calls: as fast as a number of workers can, or at a fixed rate.
package load

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Call makes one call and returns an error unless it issued a token. It is safe for
// concurrent use.
type Call func(ctx context.Context) error

// Result is what became of the calls of one window.
type Result struct {
	// OK and Failed count calls that have ended.
	OK, Failed int
	// Err is one of the errors of those that failed.
	Err error
	// Elapsed is from the first call's start to the last one's end.
	Elapsed time.Duration
	// Sending is from the first call's start to the last one's, and InTime counts the
	// tokens that were issued meanwhile; at a fixed rate only.
	Sending time.Duration
	InTime  int
	// Latencies are those of the calls that issued a token, in ascending order, at a
	// fixed rate only.
	Latencies []time.Duration
}

// PerSecond returns how many tokens were issued a second.
func (r Result) PerSecond() float64 { return float64(r.OK) / r.Elapsed.Seconds() }

// Closed keeps a number of workers busy for the window: each makes its next call when
// the one before has ended. It returns when the last call has.
func Closed(ctx context.Context, call Call, workers int, window time.Duration) Result {
	results := make([]Result, workers)
	start := time.Now()
	end := start.Add(window)
	var running sync.WaitGroup
	for i := range results {
		running.Go(func() {
			for time.Now().Before(end) && ctx.Err() == nil {
				results[i].count(call(ctx))
			}
		})
	}
	running.Wait()
	total := Result{Elapsed: time.Since(start)}
	for _, result := range results {
		total.OK += result.OK
		total.Failed += result.Failed
		if result.Err != nil {
			total.Err = result.Err
		}
	}
	return total
}

func (r *Result) count(err error) {
	if err != nil {
		r.Failed++
		r.Err = err
		return
	}
	r.OK++
}

// Open starts calls at a fixed rate a second for the window, whether or not those
// before have ended, and returns when all have. A latency counts from when its call was
// due, so that a server which stalls cannot hide it by holding the load back.
func Open(ctx context.Context, call Call, rate float64, window time.Duration) Result {
	interval := time.Duration(float64(time.Second) / rate)
	latencies := make([]time.Duration, int(window/interval))
	var failed, inTime atomic.Int64
	var sent atomic.Bool
	var lastError atomic.Pointer[error]
	var running sync.WaitGroup
	start := time.Now()
	for i := range latencies {
		due := start.Add(time.Duration(i) * interval)
		time.Sleep(time.Until(due))
		running.Go(func() {
			if err := call(ctx); err != nil {
				failed.Add(1)
				lastError.Store(&err)
				return
			}
			latencies[i] = time.Since(due)
			if !sent.Load() {
				inTime.Add(1)
			}
		})
	}
	sending := time.Since(start)
	sent.Store(true)
	running.Wait()
	result := Result{
		Failed: int(failed.Load()), Elapsed: time.Since(start), Sending: sending, InTime: int(inTime.Load()),
	}
	if err := lastError.Load(); err != nil {
		result.Err = *err
	}
	result.Latencies = slices.DeleteFunc(latencies, func(latency time.Duration) bool { return latency == 0 })
	slices.Sort(result.Latencies)
	result.OK = len(result.Latencies)
	return result
}
