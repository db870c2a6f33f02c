package guard

import (
	"slices"
	"time"
)

// queue holds the calls that wait for a slot. The next one is a call of the caller with the fewest
// attempts in flight, so that a crowd of one caller delays a call of another by no more than one slot.
// Callers with equally many take turns.
type queue struct {
	// lines are the callers with waiting calls, in turn.
	lines   []*callerState
	waiting int
}

// callerState is what an account knows of a caller: attempts in flight, and waiting calls, first come
// first served.
type callerState struct {
	inFlight int
	turns    []*Turn
}

// join puts a turn at the end of its caller's line.
func (q *queue) join(t *Turn) {
	if len(t.caller.turns) == 0 {
		q.lines = append(q.lines, t.caller)
	}
	t.caller.turns = append(t.caller.turns, t)
	q.waiting++
}

// next removes the next turn. Its caller then comes after those with as many attempts in flight.
func (q *queue) next() *Turn {
	c := slices.MinFunc(q.lines, func(a, b *callerState) int { return a.inFlight - b.inFlight })
	t := c.turns[0]
	q.lines = slices.DeleteFunc(q.lines, func(other *callerState) bool { return other == c })
	c.turns = slices.Delete(c.turns, 0, 1)
	q.waiting--
	if len(c.turns) > 0 {
		q.lines = append(q.lines, c)
	}
	return t
}

// leave removes a turn, and reports whether it was there.
func (q *queue) leave(t *Turn) bool {
	i := slices.Index(t.caller.turns, t)
	if i < 0 {
		return false
	}
	t.caller.turns = slices.Delete(t.caller.turns, i, i+1)
	q.waiting--
	if len(t.caller.turns) == 0 {
		q.lines = slices.DeleteFunc(q.lines, func(other *callerState) bool { return other == t.caller })
	}
	return true
}

// yield removes the last turn of the caller with the most waiting calls, if the other caller has at least
// two fewer; otherwise it returns nil.
func (q *queue) yield(to *callerState) *Turn {
	from := slices.MaxFunc(q.lines, func(a, b *callerState) int { return len(a.turns) - len(b.turns) })
	last := len(from.turns) - 1
	if last <= len(to.turns) {
		return nil
	}
	t := from.turns[last]
	q.leave(t)
	return t
}

// Turn is a place in the queue for an account's slots. Whoever has one must leave it once.
type Turn struct {
	target *Target
	caller *callerState
	called chan struct{}
	// reserved says that a slot is reserved for it.
	reserved bool
}

// Await joins the queue for the named caller, or returns false if it is full: if more waited than there
// are slots, the last would wait longer than an attempt takes. In a full queue, the caller with the most
// waiting calls gives up a place to one with fewer.
func (t *Target) Await(name string) (turn *Turn, ok bool) {
	a := t.account
	a.mu.Lock()
	defer a.mu.Unlock()
	caller := a.caller(name)
	if a.queue.waiting >= a.limiter.Limit() {
		yielded := a.queue.yield(caller)
		if yielded == nil {
			return nil, false
		}
		close(yielded.called)
	}
	turn = &Turn{target: t, caller: caller, called: make(chan struct{})}
	a.queue.join(turn)
	a.callIfFree()
	return turn, true
}

// Called returns a channel that is closed when a slot is reserved for the turn, or when the turn had to
// give up its place.
func (t *Turn) Called() <-chan struct{} { return t.called }

// Acquire is Target.Acquire with the reserved slot, and without a source.
func (t *Turn) Acquire(grant *Grant, now time.Time, timeout time.Duration, tried []int) Refusal {
	a := t.target.account
	a.mu.Lock()
	defer a.mu.Unlock()
	t.giveBack()
	d := demand{t.caller, now, timeout, tried, Nobody}
	if why := t.target.acquire(grant, &d); why != "" {
		return t.target.refusal(why, &d)
	}
	return Refusal{}
}

// Leave gives up the turn. If a slot was reserved for it and not taken, it goes to the next turn.
func (t *Turn) Leave() {
	a := t.target.account
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.queue.leave(t) {
		t.giveBack()
		a.callIfFree()
	}
}

// giveBack gives back the reserved slot, if there is one.
func (t *Turn) giveBack() {
	if t.reserved {
		t.reserved = false
		t.caller.inFlight--
		t.target.account.limiter.Unreserve()
	}
}

// callIfFree calls as many waiting turns as there are free slots, and reserves the slots for them:
// otherwise newcomers, if there are many, would always be quicker.
func (k *known) callIfFree() {
	for k.queue.waiting > 0 && k.limiter.Reserve() {
		t := k.queue.next()
		t.reserved = true
		t.caller.inFlight++ // the reserved slot counts as an attempt
		close(t.called)
	}
}

// caller returns the state of the named caller. There are no more than the configuration names.
func (k *known) caller(name string) *callerState {
	if name == "" {
		return &k.nobody
	}
	c := k.callers[name]
	if c == nil {
		c = &callerState{}
		k.callers[name] = c
	}
	return c
}
