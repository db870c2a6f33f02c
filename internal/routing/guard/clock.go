package guard

import "time"

const (
	// datePrecision is the precision of a Date header, which is truncated to whole seconds.
	datePrecision = time.Second
	// clockSlack is how much further clocks may be apart before it matters: signatures are valid for
	// minutes.
	clockSlack = time.Second
)

// clock knows how far the vendor's clock is ahead. It follows the Date of an answer only if that refuses
// a signature, because the machine that dates answers may not be the one that checks signatures.
type clock struct {
	// offset is for the next attempt's signature.
	offset time.Duration
	// proven is the offset with which the last token was issued.
	proven time.Duration
}

// prove notes that a signature with the offset was accepted.
func (c *clock) prove(offset time.Duration) { c.proven = offset }

// refuse notes that a signature with the offset was refused, by an answer with that date to a request
// that was sent and answered at these times. If another attempt has changed the offset meanwhile, that
// stays. If the date agrees with the offset, the date itself is wrong, and the last proven offset is
// used again.
func (c *clock) refuse(offset time.Duration, date, sent, answered time.Time) {
	switch {
	case offset != c.offset:
	case Skewed(offset, date, sent, answered):
		c.offset = learn(date, sent, answered)
	default:
		c.offset = c.proven
	}
}

// learn returns the offset that a date shows, 0 if that is possible.
func learn(date, sent, answered time.Time) time.Duration {
	least, most := bounds(date, sent, answered)
	if least <= 0 && 0 <= most {
		return 0
	}
	return least + (most-least)/2
}

// bounds returns the least and the greatest possible offset, given that the date was set between the two
// times.
func bounds(date, sent, answered time.Time) (least, most time.Duration) {
	return date.Sub(answered) - clockSlack, date.Add(datePrecision).Sub(sent) + clockSlack
}

// Skewed reports whether the Date of an answer contradicts the offset with which its request was signed.
// A zero date contradicts nothing.
func Skewed(offset time.Duration, date, sent, answered time.Time) bool {
	least, most := bounds(date, sent, answered)
	return !date.IsZero() && (offset < least || offset > most)
}
