package idempotency

import (
	"slices"
	"sync"
	"time"
)

// workerIdle is how long a worker waits for more to do before it ends.
const workerIdle = 50 * time.Millisecond

// workers run functions in goroutines of their own, each in one that has run others
// before if one is idle: growing the stack of a new one is a tenth of what a call costs.
// The zero value is ready; it is safe for concurrent use.
type workers struct {
	mu sync.Mutex
	// idle are those that have nothing to do, the last of them for the shortest time.
	idle []chan func()
}

func (w *workers) run(work func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	last := len(w.idle) - 1
	if last < 0 {
		go w.serve(work)
		return
	}
	w.idle[last] <- work // it has room for one
	w.idle = w.idle[:last]
}

// serve is a worker.
func (w *workers) serve(work func()) {
	next, idle := make(chan func(), 1), time.NewTimer(workerIdle)
	defer idle.Stop()
	for {
		work()
		w.join(next)
		idle.Reset(workerIdle)
		select {
		case work = <-next:
		case <-idle.C:
			if w.leave(next) {
				return
			}
			work = <-next
		}
	}
}

func (w *workers) join(worker chan func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.idle = append(w.idle, worker)
}

// leave reports whether the worker was still idle, and now has left.
func (w *workers) leave(worker chan func()) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := len(w.idle)
	w.idle = slices.DeleteFunc(w.idle, func(other chan func()) bool { return other == worker })
	return len(w.idle) < before
}
