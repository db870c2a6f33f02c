package idempotency

import (
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
	// idle are those that have nothing to do, the last of them for the shortest time, in
	// a list: after a burst thousands leave, each from wherever it stands.
	idle *worker
}

// worker is a goroutine that runs functions.
type worker struct {
	next chan func()
	// newer and older are beside it among the idle.
	newer, older *worker
	isIdle       bool
}

func (w *workers) run(work func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	last := w.idle
	if last == nil {
		go w.serve(work)
		return
	}
	w.remove(last)
	last.next <- work // it has room for one
}

// serve is a worker.
func (w *workers) serve(work func()) {
	self, idle := &worker{next: make(chan func(), 1)}, time.NewTimer(workerIdle)
	defer idle.Stop()
	for {
		work()
		w.join(self)
		idle.Reset(workerIdle)
		select {
		case work = <-self.next:
		case <-idle.C:
			if w.leave(self) {
				return
			}
			work = <-self.next
		}
	}
}

func (w *workers) join(self *worker) {
	w.mu.Lock()
	defer w.mu.Unlock()
	self.isIdle, self.older = true, w.idle
	if w.idle != nil {
		w.idle.newer = self
	}
	w.idle = self
}

// leave reports whether the worker was still idle, and now has left.
func (w *workers) leave(self *worker) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !self.isIdle {
		return false
	}
	w.remove(self)
	return true
}

// remove takes a worker out of the idle.
func (w *workers) remove(leaving *worker) {
	if leaving.newer != nil {
		leaving.newer.older = leaving.older
	} else {
		w.idle = leaving.older
	}
	if leaving.older != nil {
		leaving.older.newer = leaving.newer
	}
	leaving.newer, leaving.older, leaving.isIdle = nil, nil, false
}
