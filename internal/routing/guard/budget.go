package guard

import "time"

const (
	// retryShare is what one attempt earns of a retry: at most a fifth of the attempts
	// are retries.
	retryShare = 0.2
	// retryBurst is how many retries can be saved up, and retryWindow the time in which
	// they come back without any attempt.
	retryBurst  = 3
	retryWindow = 30 * time.Second
)

// RetryBudget keeps retries from multiplying the load of a vendor in trouble. It is
// pure, and not safe for concurrent use. The zero value has a full burst.
type RetryBudget struct {
	spent float64
	at    time.Time
}

// Earn notes an attempt that is no retry.
func (b *RetryBudget) Earn(now time.Time) {
	b.recover(now)
	b.spent = max(0, b.spent-retryShare)
}

// Spend takes a retry, or returns false if there is none.
func (b *RetryBudget) Spend(now time.Time) bool {
	b.recover(now)
	if b.spent+1 > retryBurst {
		return false
	}
	b.spent++
	return true
}

func (b *RetryBudget) recover(now time.Time) {
	if !b.at.IsZero() {
		b.spent = max(0, b.spent-retryBurst*float64(now.Sub(b.at))/float64(retryWindow))
	}
	b.at = now
}
