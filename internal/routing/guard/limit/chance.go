package limit

import "time"

const (
	// leastChance is the lowest share of attempts that may begin.
	leastChance = 1. / 64
	// patience is how many refusals in a row, less than holdTime apart, it takes for the first
	// halving: a few may be due to a short peak, or to somebody else's load.
	patience = 4
	// ChanceEvery is when a refused attempt may ask again.
	ChanceEvery = 100 * time.Millisecond
)

// Chance bounds the attempts of an account to less than one in flight: if many replicas share what the
// vendor allows, one each may be too many. If a vendor keeps refusing the only attempt in flight, the
// share of attempts that may begin is halved, at most once a second; it is held for three seconds and
// then doubles every second. It is a pure state machine: time and chance are passed in, nothing waits,
// and it is not safe for concurrent use. The zero value bounds nothing.
type Chance struct {
	// halvings counts the halvings since the share was one, the last at lowered.
	halvings int
	lowered  time.Time
	// refusals counts those in a row while the share is one, the last at refused.
	refusals int
	refused  time.Time
}

// Share returns the share of attempts that may begin.
func (c *Chance) Share(now time.Time) float64 {
	return 1 / float64(uint(1)<<c.left(now))
}

// left is how many halvings have not been undone by time.
func (c *Chance) left(now time.Time) int {
	if good := now.Sub(c.lowered) - holdTime; good >= 0 {
		return max(0, c.halvings-1-int(good/raiseEvery))
	}
	return c.halvings
}

// Allows reports whether an attempt may begin. Roll is a random number from 0 to 1.
func (c *Chance) Allows(now time.Time, roll float64) bool {
	return c.halvings == 0 || roll < c.Share(now)
}

// Refused notes that the vendor has refused the only attempt in flight.
func (c *Chance) Refused(now time.Time) {
	if now.Sub(c.refused) >= holdTime {
		c.refusals = 0
	}
	c.refusals, c.refused = c.refusals+1, now
	if now.Sub(c.lowered) < raiseEvery {
		return
	}
	if c.halvings = c.left(now); c.halvings == 0 && c.refusals < patience {
		return
	}
	if c.Share(now) > leastChance {
		c.halvings++
	}
	c.lowered = now
}
