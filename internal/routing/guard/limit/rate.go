package limit

import "time"

const (
	// firstRate is the lowest rate after the first refusal, which alone says little about the vendor's
	// rate.
	firstRate = 20
	// leastRate is the lowest rate: one attempt in five seconds.
	leastRate = 0.2
	// rateMargin is the share of the rate just served that a refusal leaves.
	rateMargin = 0.9
	// rateHold and rateAttempts are how long the rate stays after a cut, so that finding it costs few
	// refused attempts; after rateMost it goes up however few there were. While the rate refuses
	// attempts, it goes up every raiseEvery by the share rateStep, which doubles each time.
	rateHold     = 3 * time.Second
	rateAttempts = 50
	rateMost     = 20 * time.Second
	rateStep     = 0.02
	// rateFree is the rate from which on there is no bound.
	rateFree = 100_000
)

// RateLimiter is a token bucket that finds the vendor's rate: it is unbounded until the vendor answers
// that there were too many requests, then a little less than what it has just served, and rises again
// while the vendor does not object. It is a pure state machine: time is passed in, nothing waits, and it
// is not safe for concurrent use. The zero value bounds nothing.
type RateLimiter struct {
	// rate is in attempts a second; 0 bounds nothing.
	rate float64
	// tokens is how many there were at the time filled. No more are saved than a second brings.
	tokens float64
	filled time.Time
	// cut is when the rate was last lowered; ended counts the attempts since.
	cut   time.Time
	ended int
	// raise is the earliest time to go up if pressed, double the earliest time to double.
	raise, double time.Time
	// step is the share by which the rate goes up next.
	step    float64
	pressed bool

	// served counts the attempts that the vendor has taken in the second that began at second,
	// servedBefore those in the second before that.
	second               time.Time
	served, servedBefore int
}

// NextAt returns when an attempt may begin, now if it may at once.
func (r *RateLimiter) NextAt(now time.Time) time.Time {
	r.raiseIfDue(now)
	if r.rate == 0 {
		return now
	}
	r.fill(now)
	if r.tokens >= 1 {
		return now
	}
	return now.Add(time.Duration((1 - r.tokens) / r.rate * float64(time.Second)))
}

// Press notes that an attempt was refused for the rate.
func (r *RateLimiter) Press(now time.Time) {
	r.pressed = true
	r.double = now.Add(quietTime)
}

// Take takes the token of an attempt that begins. NextAt must have said that it may.
func (r *RateLimiter) Take() {
	if r.rate > 0 {
		r.tokens--
	}
}

// Return gives back the token of an attempt that did not begin.
func (r *RateLimiter) Return() {
	if r.rate > 0 {
		r.tokens++
	}
}

// Served notes the end of an attempt that the vendor has taken.
func (r *RateLimiter) Served(now time.Time) {
	r.count(now)
	r.served++
}

// Limited notes the end of an attempt that began at start and was refused for the rate. One that began
// before the last cut says nothing about the rate since.
func (r *RateLimiter) Limited(now, start time.Time) {
	r.count(now)
	if !start.Before(r.cut) {
		r.lower(now)
	}
}

// count counts an attempt that has ended.
func (r *RateLimiter) count(now time.Time) {
	r.ended++
	if since := now.Sub(r.second); since >= time.Second {
		r.beginSecond(now, since)
	}
}

// beginSecond begins to count a new second; since is how long ago the one being counted began.
func (r *RateLimiter) beginSecond(now time.Time, since time.Duration) {
	if since >= 2*time.Second {
		r.second, r.served, r.servedBefore = now, 0, 0
	} else {
		r.second, r.served, r.servedBefore = r.second.Add(time.Second), 0, r.served
	}
}

// lower lowers the rate to what the vendor has just served, by half at most. A vendor that has served so
// much refuses everything until its second is over; only after that does a refusal mean that the lower
// rate is still too high.
func (r *RateLimiter) lower(now time.Time) {
	served := rateMargin * float64(max(r.served, r.servedBefore))
	switch {
	case r.rate == 0:
		r.rate = max(served, firstRate)
	case r.rate > served:
		r.rate = max(served, r.rate/2, leastRate)
	case now.Sub(r.cut) >= time.Second:
		r.rate = max(r.rate*cutShare, leastRate)
	default:
		return
	}
	r.tokens, r.filled, r.cut, r.ended = 0, now, now, 0
	r.pressed, r.step = false, rateStep
	r.raise, r.double = now.Add(rateHold), now.Add(quietTime)
}

// raiseIfDue raises the rate if it has refused attempts, and doubles it if it has refused
// none for long.
func (r *RateLimiter) raiseIfDue(now time.Time) {
	if r.rate == 0 {
		return
	}
	held := r.ended < rateAttempts && now.Sub(r.cut) < rateMost
	if r.pressed && !held && !now.Before(r.raise) {
		r.fill(now)
		r.rate *= 1 + r.step
		r.step *= 2
		r.pressed = false
		r.raise = now.Add(raiseEvery)
	}
	for r.rate < rateFree && !now.Before(r.double) {
		r.rate *= 2
		r.double = r.double.Add(doubleEvery)
	}
	if r.rate >= rateFree {
		r.rate = 0
	}
}

// fill adds the tokens since they were last counted.
func (r *RateLimiter) fill(now time.Time) {
	if since := now.Sub(r.filled); since > 0 {
		r.tokens = min(r.tokens+r.rate*since.Seconds(), max(1, r.rate))
	}
	r.filled = now
}

// Rate returns the attempts a second that are allowed, 0 if any number is.
func (r *RateLimiter) Rate() float64 { return r.rate }
