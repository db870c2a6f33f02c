package guard

import (
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"github.com/liveness-gateway/gateway/internal/routing/guard/limit"
)

// breakerConfig is for the breakers of products and targets.
var breakerConfig = BreakerConfig{
	Consecutive: 5, Share: 0.5, MinCalls: 20,
	Cooldown: time.Second, MaxCooldown: 15 * time.Second,
}

// Account guards one contract with a vendor: how many attempts it takes at once and in a second, which of
// its credentials work, how many retries it may get, and what its clock says. It is safe for concurrent
// use, and never holds its lock while waiting.
//
// An Account belongs to one configuration. What is known of the contract outlives it: see Next.
type Account struct {
	*known

	// ids are the identities of the credentials: first those that are configured, then those that
	// these replace.
	ids         []string
	credentials []*credential
	configured  int
}

// known is what is known of a contract with a vendor, under all configurations.
type known struct {
	mu      sync.Mutex
	limiter limit.Limiter
	chance  limit.Chance
	rate    limit.RateLimiter
	budget  limit.RetryBudget
	clock   clock
	// restEnd is the end of the vendor's Retry-After.
	restEnd  time.Time
	products map[string]*product
	// nobody is for calls without a caller's name, callers for the others.
	nobody  callerState
	callers map[string]*callerState
	queue   queue
	// roll is a random number from 0 to 1.
	roll func() float64
}

// product is what an account's targets of one product share, under all configurations.
type product struct {
	breaker Breaker
	pace    pace
	restEnd time.Time
	// ejections are those of credentials from this product alone, by their identities.
	ejections map[string]*credential
	// own is what each target has to itself, by identity; before is the same of the previous
	// configuration.
	own, before map[string]*own
}

// own is what a target has to itself.
type own struct {
	// breaker is for failures that the target's parameters cause, while the product itself works.
	breaker Breaker
}

// NewAccount returns the guard of an account with so many credentials, which never gets more than
// maxInFlight attempts at once. It has no identities by which another configuration could find it.
func NewAccount(credentials, maxInFlight int) *Account {
	ids := make([]string, credentials)
	for i := range ids {
		ids[i] = strconv.Itoa(i)
	}
	return AccountOf(ids, maxInFlight)
}

// AccountOf is NewAccount with the credentials' identities, which must differ.
func AccountOf(credentials []string, maxInFlight int) *Account {
	a := &Account{
		known: &known{
			limiter: limit.NewLimiter(maxInFlight), products: make(map[string]*product), callers: make(map[string]*callerState),
			roll: rand.Float64,
		},
		ids: credentials, configured: len(credentials), credentials: make([]*credential, len(credentials)),
	}
	for i := range credentials {
		a.credentials[i] = newCredential()
	}
	return a
}

// Target returns the guard of a product on the account with parameters of its own. Targets of one
// product share what is known of the product. The next configuration finds the target again by its
// identity, which is unique for account and product.
func (a *Account) Target(productID, identity string) *Target {
	a.mu.Lock()
	defer a.mu.Unlock()
	p := a.products[productID]
	if p == nil {
		p = &product{breaker: NewBreaker(&breakerConfig), ejections: make(map[string]*credential), own: make(map[string]*own)}
		a.products[productID] = p
	}
	t := &Target{account: a, product: productView{product: p, credentials: make([]*credential, len(a.ids))}, own: p.before[identity]}
	for i, id := range a.ids {
		if p.ejections[id] == nil {
			p.ejections[id] = newCredential()
		}
		t.product.credentials[i] = p.ejections[id]
	}
	if t.own == nil {
		t.own = &own{breaker: NewBreaker(&breakerConfig)}
	}
	p.own[identity] = t.own
	return t
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
	// Waiting attempts are queued for a slot; the queue is no longer than Limit.
	Waiting int
	// Share is which share of the attempts may begin; less than 1 only if Limit is 1 and still too
	// much for what all replicas send together.
	Share float64
	// Rate is how many attempts a second may begin, 0 if any number may.
	Rate float64
	// RestEnd is the end of the vendor's Retry-After, zero if there is none.
	RestEnd     time.Time
	ClockOffset time.Duration
	// Credentials are in the account's order, and so are Rotations, which say where each is in a
	// change of the configuration.
	Credentials []Status
	Rotations   []Rotation
}

// Status returns the state at now.
func (a *Account) Status(now time.Time) AccountStatus {
	a.mu.Lock()
	defer a.mu.Unlock()
	status := AccountStatus{
		InFlight: a.limiter.InFlight(), Waiting: a.queue.waiting, Limit: a.limiter.Limit(), MaxInFlight: a.limiter.Most(), Share: a.chance.Share(now), Rate: a.rate.Rate(),
		ClockOffset: a.clock.offset, Credentials: credentialStatuses(a.credentials, now),
		Rotations: a.rotations(),
	}
	if now.Before(a.restEnd) {
		status.RestEnd = a.restEnd
	}
	return status
}
