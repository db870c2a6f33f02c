// Package limit bounds the attempts of an account by what the vendor's answers show: how many are in
// flight, how many a second and which share of them may begin, and how many may be retries. Its parts
// are pure state machines with time passed in. It must not know targets, credentials or breakers.
package limit

import "time"

const (
	// cutShare is the share of the attempts then in flight that a refusal leaves.
	cutShare = 0.95
	// holdTime and holdAttempts are how long the limit stays where a cut has put it, so that finding
	// the limit costs no more than one refused attempt in a hundred. After holdMost the limit goes up
	// however few attempts there were.
	holdTime     = 3 * time.Second
	holdAttempts = 100
	holdMost     = 10 * time.Second
	// raiseEvery is the time between increases while the limit refuses attempts.
	raiseEvery = time.Second
	// quietTime is how long the limit must refuse nothing before it doubles, and doubleEvery the time
	// between doublings from then on: what the vendor allowed an hour ago says little about now.
	quietTime   = 10 * time.Second
	doubleEvery = 5 * time.Second
)

// Limiter finds how many attempts the vendor takes at once, from its refusals: additive increase,
// multiplicative decrease. It is a pure state machine: time is passed in, nothing waits, and it is not
// safe for concurrent use.
type Limiter struct {
	// most bounds limit, whatever the vendor takes.
	most int
	// limit is how many may be in flight.
	limit    int
	inFlight int
	// reserved counts the free slots that are reserved for those who wait.
	reserved int
	// pressed says that the limit has refused an attempt since it last changed.
	pressed bool
	// cut is when the limit was last lowered; ended counts the attempts since.
	cut   time.Time
	ended int
	// raise is the earliest time to go up if pressed, double the earliest time to double.
	raise, double time.Time
}

// NewLimiter returns a limiter that allows most attempts at once until the vendor refuses one.
func NewLimiter(most int) Limiter { return Limiter{most: most, limit: most} }

// Slot is one of the attempts that may be in flight. It must be released once.
type Slot struct {
	start time.Time
	// inFlight is how many were in flight, with this one.
	inFlight int
}

// Start returns when the attempt began.
func (s Slot) Start() time.Time { return s.start }

// Acquire returns a slot, or false if none is free.
func (l *Limiter) Acquire(now time.Time) (Slot, bool) {
	if l.limit < l.most {
		l.raiseIfDue(now)
	}
	if l.inFlight+l.reserved >= l.limit {
		l.pressed = true
		l.double = now.Add(quietTime)
		return Slot{}, false
	}
	l.inFlight++
	return Slot{now, l.inFlight}, true
}

// Reserve reserves a free slot for one who waits, or returns false if none is free.
func (l *Limiter) Reserve() bool {
	free := l.inFlight+l.reserved < l.limit
	if free {
		l.reserved++
	}
	return free
}

// Unreserve gives back a reserved slot.
func (l *Limiter) Unreserve() { l.reserved-- }

// Release takes a slot back. Limited says that the vendor has answered that there are too many. The limit
// never goes below what is still in flight, because the vendor has taken those.
func (l *Limiter) Release(now time.Time, slot Slot, limited bool) {
	l.inFlight--
	l.ended++
	if limited {
		l.lower(now, slot)
	}
}

// lower lowers the limit because of a refused attempt. One that began before the last cut says nothing
// about the limit since.
func (l *Limiter) lower(now time.Time, slot Slot) {
	if !slot.start.Before(l.cut) {
		l.limit = min(l.limit, max(1, l.inFlight, int(cutShare*float64(slot.inFlight))))
		l.cut, l.ended, l.pressed = now, 0, false
		l.raise, l.double = now.Add(holdTime), now.Add(quietTime)
	}
}

// Return takes a slot back whose attempt did not begin.
func (l *Limiter) Return() { l.inFlight-- }

// raiseIfDue allows one more in flight if the limit has refused any, and doubles if it has refused none
// for a long time.
func (l *Limiter) raiseIfDue(now time.Time) {
	held := l.ended < holdAttempts && now.Sub(l.cut) < holdMost
	if l.pressed && !held && !now.Before(l.raise) {
		l.limit++
		l.pressed = false
		l.raise = now.Add(raiseEvery)
	}
	for l.limit < l.most && !now.Before(l.double) {
		l.limit = min(2*l.limit, l.most)
		l.double = l.double.Add(doubleEvery)
	}
}

// SetMost changes the upper bound. A limit that the vendor has shown stays, if it is below.
func (l *Limiter) SetMost(most int) {
	if l.limit == l.most {
		l.limit = most
	}
	l.most, l.limit = most, min(l.limit, most)
}

// Limit returns how many attempts are allowed at once.
func (l *Limiter) Limit() int { return l.limit }

// InFlight returns how many attempts have a slot.
func (l *Limiter) InFlight() int { return l.inFlight }

// Most returns how many attempts are allowed at once at most.
func (l *Limiter) Most() int { return l.most }

// Reserved returns how many slots are reserved for those who wait.
func (l *Limiter) Reserved() int { return l.reserved }
