package routing

import (
	"slices"

	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// last returns the latest attempt, nil if there was none.
func (c *call) last() *Attempt {
	if n := len(c.outcome.Attempts); n > 0 {
		return &c.outcome.Attempts[n-1]
	}
	return nil
}

// attempts returns how many attempts there were on the target.
func (c *call) attempts(target *route.Target) (n int) {
	for i := range c.outcome.Attempts {
		if c.outcome.Attempts[i].Target == target {
			n++
		}
	}
	return n
}

// retryable reports whether the target was tried, and whether its last failure was
// retryable.
func (c *call) retryable(target *route.Target) (retryable bool) {
	for i := range c.outcome.Attempts {
		if c.outcome.Attempts[i].Target == target {
			retryable = c.outcome.Attempts[i].policy().same == afterBackoff
		}
	}
	return retryable
}

// signaturesRefused returns how often the target refused a signature for its time.
func (c *call) signaturesRefused(target *route.Target) (n int) {
	for i := range c.outcome.Attempts {
		if a := &c.outcome.Attempts[i]; a.Target == target && a.policy().same == signedAgain {
			n++
		}
	}
	return n
}

// ambiguousOn reports whether an attempt on the account was ambiguous. It may have issued a token, so
// the account is not tried again.
func (c *call) ambiguousOn(account string) bool {
	return slices.ContainsFunc(c.outcome.Attempts, func(a Attempt) bool {
		return a.Err.Ambiguous && a.Target.Account == account
	})
}

// refusedCredentials returns the account's credentials that were refused in this call.
func (c *call) refusedCredentials(account string) (refused []int) {
	for i := range c.outcome.Attempts {
		a := &c.outcome.Attempts[i]
		if a.Target.Account == account && a.policy().same == otherCredential {
			refused = append(refused, a.Credential)
		}
	}
	return refused
}

// countedAttempts returns how many of the call's attempts are used up. Those that ended with a refused
// credential do not count.
func (c *call) countedAttempts() (n int) {
	for i := range c.outcome.Attempts {
		if c.outcome.Attempts[i].policy().same != otherCredential {
			n++
		}
	}
	return n
}

// providerFailed reports whether an attempt on one of the provider's accounts failed.
func (c *call) providerFailed(provider string) bool {
	return slices.ContainsFunc(c.outcome.Attempts, func(a Attempt) bool { return a.Target.Provider == provider })
}

// unavailableFor returns the first target that was unavailable for that, nil if none was.
func (c *call) unavailableFor(why guard.Why) *route.Unavailable {
	for i := range c.outcome.Unavailable {
		if c.outcome.Unavailable[i].Why == why {
			return &c.outcome.Unavailable[i]
		}
	}
	return nil
}

// unavailable returns why the target was unavailable, nil if it was not.
func (c *call) unavailable(target *route.Target) *route.Unavailable {
	i := slices.IndexFunc(c.outcome.Unavailable, func(u route.Unavailable) bool { return u.Target == target })
	if i < 0 {
		return nil
	}
	return &c.outcome.Unavailable[i]
}

// noteUnavailable notes the target with its latest reason. It looks for an earlier note only where there
// can be one: targets that were not tried are noted once each, and with ten thousand of them the search
// would take a third of a second.
func (c *call) noteUnavailable(target *route.Target, refusal guard.Refusal) {
	noted := route.Unavailable{Target: target, Why: refusal.Why, RetryAt: refusal.RetryAt}
	if c.attempts(target) > 0 || c.outcome.Waited > 0 {
		c.outcome.Unavailable = slices.DeleteFunc(c.outcome.Unavailable, func(u route.Unavailable) bool { return u.Target == target })
	}
	c.outcome.Unavailable = append(c.outcome.Unavailable, noted)
}
