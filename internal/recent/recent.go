// Package recent remembers how calls and attempts of the last five minutes ended, for the
// operators' page: metrics show more, but only if somebody scrapes them. It must not know what a
// call or an attempt is.
package recent

import (
	"sync"
	"sync/atomic"
	"time"
)

const (
	// Step is what one point of a series is about.
	Step = 5 * time.Second
	// Steps is how many points a series has.
	Steps = 60
	// MaxTargets is how many products on accounts are remembered. Of more, those without an
	// attempt in the last five minutes are forgotten, or else the new ones are not remembered.
	MaxTargets = 256
	// maxReasons is more than the contract has.
	maxReasons = 64
)

// Class is who has to act on a failure.
type Class int

// The classes.
const (
	OK Class = iota
	// Caller is a failure that the caller has to correct; Failed is any other.
	Caller
	Failed
	classes
)

// target is a product on an account.
type target struct{ account, product string }

// Recorder remembers. It is safe for concurrent use.
type Recorder struct {
	now   func() time.Time
	calls series

	mu      sync.RWMutex
	targets map[target]*series
	// unrecorded counts the attempts on targets for which there was no room.
	unrecorded atomic.Int64
}

// New returns a recorder that remembers nothing yet.
func New() *Recorder { return &Recorder{now: time.Now, targets: map[target]*series{}} }

// Call remembers a call that has ended.
func (r *Recorder) Call(reason string, class Class, took time.Duration) {
	r.calls.add(r.now(), reason, class, took)
}

// Attempt remembers an attempt that has ended.
func (r *Recorder) Attempt(account, product, reason string, class Class, took time.Duration) {
	now, key := r.now(), target{account, product}
	r.mu.RLock()
	s := r.targets[key]
	r.mu.RUnlock()
	if s == nil {
		s = r.addTarget(key, now)
	}
	if s == nil {
		r.unrecorded.Add(1)
		return
	}
	s.add(now, reason, class, took)
}

// addTarget returns the series of a target, nil if there is no room.
func (r *Recorder) addTarget(key target, now time.Time) *series {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.targets[key]; s != nil {
		return s
	}
	if len(r.targets) >= MaxTargets {
		for other, s := range r.targets {
			if s.over(now) {
				delete(r.targets, other)
			}
		}
	}
	if len(r.targets) >= MaxTargets {
		return nil
	}
	s := &series{}
	r.targets[key] = s
	return s
}
