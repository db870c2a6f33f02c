package guard

import (
	"sync"
	"time"
)

// breakerConfig is of the breakers of products and targets.
var breakerConfig = BreakerConfig{
	Consecutive: 5, Share: 0.5, MinCalls: 20,
	Cooldown: time.Second, MaxCooldown: 15 * time.Second,
}

// Account guards one contract with a vendor: how many attempts it takes at once and in a
// time, which of its credentials work, how many retries it is asked for, what its clock
// says. It is
// safe for concurrent use; its lock is never held while anything waits.
type Account struct {
	mu          sync.Mutex
	limiter     Limiter
	rate        RateLimiter
	budget      RetryBudget
	clock       clock
	credentials []credential
	// restEnd is until when the vendor asked to be left alone.
	restEnd  time.Time
	products map[string]*product
	callers  map[string]*callerState
	queue    queue
}

// product is what an account's targets of one product share.
type product struct {
	breaker Breaker
	pace    pace
	// credentials are ejected from this product alone.
	credentials []credential
	restEnd     time.Time
}

// NewAccount returns the guard of an account with so many credentials that is never
// asked more than maxInFlight at once.
func NewAccount(credentials, maxInFlight int) *Account {
	return &Account{
		limiter:     NewLimiter(maxInFlight),
		credentials: newCredentials(credentials),
		products:    make(map[string]*product),
		callers:     make(map[string]*callerState),
	}
}

// Target returns the guard of a product on the account with parameters of its own: two
// targets of a product share what is known of the product.
func (a *Account) Target(productID string) *Target {
	a.mu.Lock()
	defer a.mu.Unlock()
	p := a.products[productID]
	if p == nil {
		p = &product{breaker: NewBreaker(&breakerConfig), credentials: newCredentials(len(a.credentials))}
		a.products[productID] = p
	}
	return &Target{account: a, product: p, breaker: NewBreaker(&breakerConfig)}
}

// ClockOffset returns how far the vendor's clock is ahead.
func (a *Account) ClockOffset() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.clock.offset
}

// AccountStatus is an account's state, for those who look at it.
type AccountStatus struct {
	// InFlight attempts are in flight of Limit; MaxInFlight is the highest limit.
	InFlight, Limit, MaxInFlight int
	// Rate is how many attempts may begin in a second, 0 if any number may.
	Rate float64
	// RestEnd is until when the vendor asked to be left alone, zero if it did not.
	RestEnd     time.Time
	ClockOffset time.Duration
	// Credentials are in the account's order.
	Credentials []Status
}

// Status returns the state at now.
func (a *Account) Status(now time.Time) AccountStatus {
	a.mu.Lock()
	defer a.mu.Unlock()
	status := AccountStatus{
		InFlight: a.limiter.InFlight(), Limit: a.limiter.Limit(), MaxInFlight: a.limiter.most, Rate: a.rate.Rate(),
		ClockOffset: a.clock.offset, Credentials: credentialStatuses(a.credentials, now),
	}
	if now.Before(a.restEnd) {
		status.RestEnd = a.restEnd
	}
	return status
}
