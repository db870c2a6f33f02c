package routing

import (
	"math/rand/v2"
	"time"
)

const (
	// retryDefault is how long a caller should wait if that is not known.
	retryDefault = time.Second
	// retryJitter keeps callers that failed together from coming back together.
	retryJitter = 0.2
)

// retryAfter returns how long the call's caller should wait: until the earliest time at
// which a target of its plan may serve.
func (c *call) retryAfter() time.Duration {
	now := time.Now()
	var earliest time.Time
	for _, target := range c.plan.Targets {
		if target.OutOfService != "" {
			continue
		}
		if at := target.OwnGuard().RetryAt(now); earliest.IsZero() || at.Before(earliest) {
			earliest = at
		}
		if !earliest.After(now) {
			break
		}
	}
	wait := earliest.Sub(now)
	if wait <= 0 {
		wait = retryDefault
	}
	return time.Duration(float64(wait) * (1 - retryJitter + 2*retryJitter*rand.Float64()))
}
