package vendorhttp

import "time"

const (
	// clockPrecision is how exactly an answer shows the vendor's clock: Date is in whole
	// seconds, rounded down, and was set at some time during the call.
	clockPrecision = time.Second
	// clockSlack is a difference of clocks that does not matter.
	clockSlack = time.Second
	// maxClockOffset is the largest offset of a clock that is merely wrong.
	maxClockOffset = 30 * 24 * time.Hour
	// maxStatedLifetime bounds a plausible lifetime of a token. It is long because some
	// vendors state a far date for "never"; milliseconds read as seconds are beyond it.
	maxStatedLifetime = 100 * 366 * 24 * time.Hour
)

// LocalTime translates a time that the vendor states into the gateway's clock, by the
// Date of this very answer. It is zero for a time that is not plausible for a token that
// was issued just now: one that is over, or too far in the future. So is zero itself.
func (a *Answer) LocalTime(stated time.Time) time.Time {
	offset := a.clockOffset()
	local := stated.Add(-offset)
	// A Date that is months away may be of another clock than the stated time. Then the
	// earlier of what it can mean is the safe one.
	if offset.Abs() > maxClockOffset && a.isPlausible(stated) && (stated.Before(local) || !a.isPlausible(local)) {
		return stated
	}
	// By such a Date a time that is over would be months or years of life.
	if !a.isPlausible(local) || min(offset.Abs(), local.Sub(a.call.Now)) > maxClockOffset {
		return time.Time{}
	}
	return local
}

func (a *Answer) isPlausible(expiry time.Time) bool {
	lifetime := expiry.Sub(a.call.Now)
	return lifetime > 0 && lifetime <= maxStatedLifetime
}

// clockOffset is how far the vendor's clock was ahead when it answered, 0 if the answer
// does not show it, or agrees with the gateway's clock as far as it can be told.
func (a *Answer) clockOffset() time.Duration {
	date := a.exchange.Date
	if date.IsZero() {
		return 0
	}
	least := date.Sub(a.arrived) - clockSlack
	most := date.Add(clockPrecision).Sub(a.call.Now) + clockSlack
	if least <= 0 && most >= 0 {
		return 0
	}
	// Of the offsets that are possible this one is among the largest: a token that is
	// taken for expired too early is issued again, one taken for alive fails its user.
	return date.Sub(a.call.Now)
}
