package guard

import "slices"

// queue holds those who wait for a place in flight, first come first called. Being
// called is no promise: a newcomer may be quicker.
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

// Await returns a channel that is closed when a place in flight has become free, or
// false if too many wait already: where more wait than there are places, the last would
// wait longer than an attempt takes. Leave must be called, in either case of the wait.
func (t *Target) Await() (called <-chan struct{}, leave func(), ok bool) {
	a := t.account
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.queue.waiting) >= a.limiter.Limit() {
		return nil, nil, false
	}
	place := make(chan struct{})
	a.queue.waiting = append(a.queue.waiting, place)
	return place, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.queue.waiting = slices.DeleteFunc(a.queue.waiting, func(c chan struct{}) bool { return c == place })
	}, true
}
