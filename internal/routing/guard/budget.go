package guard

const (
	// attemptsPerRetry is how many attempts earn one retry: at most a fifth of the
	// attempts are retries.
	attemptsPerRetry = 5
	// retryBurst is how many retries can be saved up.
	retryBurst = 3
)

// RetryBudget keeps retries from multiplying the load of a vendor in trouble: whenever
// one begins to count, there are no more of them than a fifth of the attempts and the
// burst. It is not safe for concurrent use. The zero value has a full burst.
type RetryBudget struct {
	// owed is how many attempts it takes until the burst is full again.
	owed int
}

// Earn notes an attempt.
func (b *RetryBudget) Earn() { b.owed = max(0, b.owed-1) }

// Spend takes a retry, or returns false if there is none.
func (b *RetryBudget) Spend() bool {
	if b.owed+attemptsPerRetry > retryBurst*attemptsPerRetry {
		return false
	}
	b.owed += attemptsPerRetry
	return true
}
