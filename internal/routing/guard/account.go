package guard

import (
	"sync"
	"time"
)

// The configurations of all breakers, and of the ejection of credentials. A vendor that
// fails is left alone for a second at first, a refused credential longer, as it takes an
// operator to put it right.
var (
	breakerConfig = BreakerConfig{
		Consecutive: 5, Share: 0.5, MinCalls: 20,
		Cooldown: time.Second, MaxCooldown: 15 * time.Second,
	}
	ejectionConfig = BreakerConfig{Consecutive: 1, Cooldown: 5 * time.Second, MaxCooldown: 5 * time.Minute}
)

// Account guards one contract with a vendor: how many attempts it takes at once, which
// of its credentials work, how many retries it is asked for, what its clock says. It is
// safe for concurrent use; its lock is never held while anything waits.
type Account struct {
	mu          sync.Mutex
	limiter     Limiter
	budget      RetryBudget
	clock       clock
	credentials []Breaker
	products    map[string]*product
	queue       queue
}

// product is what an account's targets of one product share.
type product struct {
	breaker Breaker
	// credentials are ejected from this product alone.
	credentials []Breaker
}

// NewAccount returns the guard of an account with so many credentials that is never
// asked more than maxInFlight at once.
func NewAccount(credentials, maxInFlight int) *Account {
	return &Account{
		limiter:     NewLimiter(maxInFlight),
		credentials: newCredentials(credentials),
		products:    make(map[string]*product),
	}
}

func newCredentials(n int) []Breaker {
	credentials := make([]Breaker, n)
	for i := range credentials {
		credentials[i] = NewBreaker(&ejectionConfig)
	}
	return credentials
}

// Target returns the guard of a product on the account with parameters of its own: two
// targets of a product share what is known of the product.
func (a *Account) Target(productID string) *Target {
	a.mu.Lock()
	defer a.mu.Unlock()
	p := a.products[productID]
	if p == nil {
		p = &product{NewBreaker(&breakerConfig), newCredentials(len(a.credentials))}
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
	ClockOffset                  time.Duration
	// Credentials are in the account's order.
	Credentials []Status
}

// Status returns the state at now.
func (a *Account) Status(now time.Time) AccountStatus {
	a.mu.Lock()
	defer a.mu.Unlock()
	return AccountStatus{
		a.limiter.InFlight(), a.limiter.Limit(), a.limiter.most, a.clock.offset, statuses(a.credentials, now),
	}
}

func statuses(breakers []Breaker, now time.Time) []Status {
	all := make([]Status, len(breakers))
	for i := range breakers {
		all[i] = breakers[i].Status(now)
	}
	return all
}
