package guard

import "slices"

// queue holds those who wait for a slot, first come first called. Being called is no
// promise: a newcomer may be quicker.
type queue struct {
	waiting []chan struct{}
}

// call wakes the first.
func (q *queue) call() {
	if len(q.waiting) > 0 {
		close(q.waiting[0])
		q.waiting = slices.Delete(q.waiting, 0, 1)
	}
}

// Await returns a channel that is closed when a slot is free, or false if too many wait
// already: where more wait than there are slots, the last would wait longer than an attempt
// takes. Whoever waited must call leave, after trying for the slot: if it is still free, it
// is the next one's.
func (t *Target) Await() (called <-chan struct{}, leave func(), ok bool) {
	a := t.account
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.queue.waiting) >= a.limiter.Limit() {
		return nil, nil, false
	}
	turn := make(chan struct{})
	a.queue.waiting = append(a.queue.waiting, turn)
	a.callIfFree()
	return turn, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		if i := slices.Index(a.queue.waiting, turn); i >= 0 {
			a.queue.waiting = slices.Delete(a.queue.waiting, i, i+1)
			return
		}
		a.callIfFree()
	}, true
}

// callIfFree wakes the first who waits if there is a slot.
func (a *Account) callIfFree() {
	if a.limiter.InFlight() < a.limiter.Limit() {
		a.queue.call()
	}
}
