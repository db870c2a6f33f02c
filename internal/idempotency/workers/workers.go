// Package workers runs functions in goroutines that are used again.
package workers

import (
	"context"
	"sync"
	"time"
)

// workerIdle is how long a worker waits for more to do before it ends.
const workerIdle = 50 * time.Millisecond

// Pool runs functions in goroutines of their own, each in one that has run others before if
// one is idle: growing the stack of a new one is a tenth of what a call costs. The zero value
// is ready; it is safe for concurrent use.
type Pool struct {
	mu sync.Mutex
	// idle are those that have nothing to do, the last of them for the shortest time, in
	// a list: after a burst thousands leave, each from wherever it stands.
	idle *worker
	// running counts the functions that have not returned; rested, which is there while
	// someone waits for that, is closed when none is left.
	running int
	rested  chan struct{}
}

// worker is a goroutine that runs functions.
type worker struct {
	next chan func()
	// newer and older are beside it among the idle.
	newer, older *worker
	isIdle       bool
}

// Run runs the function, at once.
func (p *Pool) Run(work func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running++
	last := p.idle
	if last == nil {
		go p.serve(work)
		return
	}
	p.remove(last)
	last.next <- work // it has room for one
}

// Wait returns nil when every function has returned, or the error of ctx if that ends before.
func (p *Pool) Wait(ctx context.Context) error {
	p.mu.Lock()
	if p.running == 0 {
		p.mu.Unlock()
		return nil
	}
	if p.rested == nil {
		p.rested = make(chan struct{})
	}
	rested := p.rested
	p.mu.Unlock()
	select {
	case <-rested:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// serve is a worker.
func (p *Pool) serve(work func()) {
	self, idle := &worker{next: make(chan func(), 1)}, time.NewTimer(workerIdle)
	defer idle.Stop()
	for {
		work()
		p.join(self)
		idle.Reset(workerIdle)
		select {
		case work = <-self.next:
		case <-idle.C:
			if p.leave(self) {
				return
			}
			work = <-self.next
		}
	}
}

// join notes that the worker's function has returned, and that it is idle.
func (p *Pool) join(self *worker) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running--
	if p.running == 0 && p.rested != nil {
		close(p.rested)
		p.rested = nil
	}
	self.isIdle, self.older = true, p.idle
	if p.idle != nil {
		p.idle.newer = self
	}
	p.idle = self
}

// leave reports whether the worker was still idle, and now has left.
func (p *Pool) leave(self *worker) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !self.isIdle {
		return false
	}
	p.remove(self)
	return true
}

// remove takes a worker out of the idle.
func (p *Pool) remove(leaving *worker) {
	if leaving.newer != nil {
		leaving.newer.older = leaving.older
	} else {
		p.idle = leaving.older
	}
	if leaving.older != nil {
		leaving.older.newer = leaving.newer
	}
	leaving.newer, leaving.older, leaving.isIdle = nil, nil, false
}
