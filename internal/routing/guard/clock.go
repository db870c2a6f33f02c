package guard

import "time"

const (
	// datePrecision is what a Date header tells: whole seconds, cut.
	datePrecision = time.Second
	// clockSlack is how far clocks may be apart beyond that before it matters: signatures
	// live for minutes.
	clockSlack = time.Second
)

// clock knows how far the vendor's clock is ahead. Only a refused signature makes it follow
// the Date of the answer: what dates an answer may be another machine than what checks
// signatures.
type clock struct {
	// offset is what the next attempt is signed with.
	offset time.Duration
	// proven is what the last token was issued for.
	proven time.Duration
}

// prove notes that a signature with the offset was taken.
func (c *clock) prove(offset time.Duration) { c.proven = offset }

// refuse takes in that a signature with the offset was refused, by an answer of that date
// to a request that was sent and answered at these times. What another attempt has learnt
// since stays. If the date agrees with the offset, it is the date that is wrong, and the
// last offset that was proven is used again.
func (c *clock) refuse(offset time.Duration, date, sent, answered time.Time) {
	switch {
	case offset != c.offset:
	case Skewed(offset, date, sent, answered):
		c.offset = learn(date, sent, answered)
	default:
		c.offset = c.proven
	}
}

// learn returns the offset that a date tells, 0 if it may be.
func learn(date, sent, answered time.Time) time.Duration {
	least, most := bounds(date, sent, answered)
	if least <= 0 && 0 <= most {
		return 0
	}
	return least + (most-least)/2
}

// bounds returns between what the offset is: the date was set between the two times.
func bounds(date, sent, answered time.Time) (least, most time.Duration) {
	return date.Sub(answered) - clockSlack, date.Add(datePrecision).Sub(sent) + clockSlack
}

// Skewed reports whether the Date of an answer contradicts the offset that its request
// was signed with. A zero date contradicts nothing.
func Skewed(offset time.Duration, date, sent, answered time.Time) bool {
	least, most := bounds(date, sent, answered)
	return !date.IsZero() && (offset < least || offset > most)
}
