package limit

import "time"

const (
	// AttemptsPerRetry is how many attempts earn one retry, so that at most a fifth are retries.
	AttemptsPerRetry = 5
	// RetryBurst is how many retries can be saved up, and retryWindow the time without a retry after
	// which they are.
	RetryBurst  = 3
	retryWindow = 30 * time.Second
)

// RetryBudget keeps retries from multiplying the load of a vendor in trouble: in any 30 s there are no
// more than a fifth of the attempts, plus the burst. It is pure, and not safe for concurrent use. The
// zero value has a full burst.
type RetryBudget struct {
	// owed is how many attempts it takes until the burst is full again.
	owed int
	// last is the latest retry.
	last time.Time
}

// Earn notes an attempt.
func (b *RetryBudget) Earn() { b.owed = max(0, b.owed-1) }

// Allows reports whether there is a retry to spend.
func (b *RetryBudget) Allows(now time.Time) bool {
	return now.Sub(b.last) >= retryWindow || b.owed+AttemptsPerRetry <= RetryBurst*AttemptsPerRetry
}

// Spend takes a retry, or returns false if there is none.
func (b *RetryBudget) Spend(now time.Time) bool {
	if !b.Allows(now) {
		return false
	}
	if now.Sub(b.last) >= retryWindow {
		b.owed = 0
	}
	b.owed += AttemptsPerRetry
	b.last = now
	return true
}

// Return takes back an attempt that did not begin, and the retry that it has spent.
func (b *RetryBudget) Return(spent bool) {
	b.owed++
	if spent {
		b.owed -= AttemptsPerRetry
	}
	b.owed = min(max(0, b.owed), RetryBurst*AttemptsPerRetry)
}
