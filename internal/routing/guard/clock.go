package guard

import "time"

const (
	// datePrecision is what a Date header tells: whole seconds, cut.
	datePrecision = time.Second
	// clockSlack is how far clocks may be apart beyond that before it is heeded:
	// signatures live for minutes.
	clockSlack = time.Second
)

// clock knows how far the vendor's clock is ahead, from the Date headers of its
// answers.
type clock struct {
	offset time.Duration
}

// learn takes in the Date of an answer to a request that was sent and answered at these
// times. What is known stays as long as it agrees.
func (c *clock) learn(date, sent, answered time.Time) {
	least, most := bounds(date, sent, answered)
	switch {
	case least <= c.offset && c.offset <= most:
	case least <= 0 && 0 <= most:
		c.offset = 0
	default:
		c.offset = least + (most-least)/2
	}
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
