// Package quota is how often callers may call. It must not know what a call is, nor how many
// are in flight, which admission counts.
package quota

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// Rates limits callers to their rates. It is safe for concurrent use.
type Rates interface {
	// Take takes one call of those that the caller of that name may make now. If there is
	// none, it takes nothing and returns how long it will be until there is one; otherwise 0.
	// A caller without a rate may make any number.
	//
	// It returns when ctx ends at the latest. An error means that the rate cannot be looked up,
	// which is not the caller's fault: the call is let through.
	Take(ctx context.Context, caller string) (wait time.Duration, err error)
}

// Rate is how often a caller may call.
type Rate struct {
	// PerSecond is how many calls are allowed in a second; 0 is no bound.
	PerSecond float64
	// Burst is how many may be saved up, and made at once.
	Burst int
}

// InMemory are the Rates of one process: each replica allows as much, or its share. It has a
// token bucket for each caller that has a rate, full at the start.
type InMemory struct {
	// changing is held while the rates or the share change.
	changing sync.Mutex
	rates    map[string]Rate
	replicas int
	buckets  atomic.Pointer[map[string]*rate.Limiter]
}

// NewInMemory returns the rates by the names of the callers.
func NewInMemory(rates map[string]Rate) *InMemory {
	m := &InMemory{replicas: 1}
	m.Use(rates)
	return m
}

// Use replaces the rates. A caller who had a rate keeps what it has saved up, as far as its burst
// allows.
func (m *InMemory) Use(rates map[string]Rate) {
	m.changing.Lock()
	defer m.changing.Unlock()
	m.rates = rates
	buckets := make(map[string]*rate.Limiter, len(rates))
	for caller, r := range rates {
		if r.PerSecond > 0 {
			buckets[caller] = m.bucket(caller, r)
		}
	}
	m.buckets.Store(&buckets)
}

// Share limits callers from now on to one of so many equal shares of their rates.
func (m *InMemory) Share(replicas int) {
	m.changing.Lock()
	defer m.changing.Unlock()
	if m.replicas == replicas || replicas < 1 {
		return
	}
	m.replicas = replicas
	for caller := range *m.buckets.Load() {
		m.bucket(caller, m.rates[caller])
	}
}

// bucket returns the caller's with the share of the rate, or a new one.
func (m *InMemory) bucket(caller string, r Rate) *rate.Limiter {
	limit, burst := rate.Limit(r.PerSecond/float64(m.replicas)), max(1, r.Burst/m.replicas)
	before := m.buckets.Load()
	if before == nil || (*before)[caller] == nil {
		return rate.NewLimiter(limit, burst)
	}
	bucket := (*before)[caller]
	bucket.SetLimit(limit)
	bucket.SetBurst(burst)
	return bucket
}

// Left returns how many calls the caller could make at once now; bounded is false if it has no
// rate.
func (m *InMemory) Left(caller string) (calls float64, bounded bool) {
	bucket := (*m.buckets.Load())[caller]
	if bucket == nil {
		return 0, false
	}
	return max(0, bucket.Tokens()), true
}

// Take takes one call of the caller's. It never fails.
func (m *InMemory) Take(_ context.Context, caller string) (wait time.Duration, err error) {
	bucket := (*m.buckets.Load())[caller]
	if bucket == nil {
		return 0, nil
	}
	now := time.Now()
	if bucket.AllowN(now, 1) {
		return 0, nil
	}
	// Nothing is reserved and given back: of reservations that are given back together, tokens
	// are lost, and so a caller in a flood would get less than its rate.
	missing := 1 - bucket.TokensAt(now)
	return max(time.Nanosecond, time.Duration(math.Ceil(missing/float64(bucket.Limit())*float64(time.Second)))), nil
}

// Granted takes one call of the caller's that somebody else has granted. Where there is none to
// take it is owed, up to a burst: as much can be granted elsewhere before it comes to be allowed
// here. A caller who has its whole rate elsewhere gets nothing here.
func (m *InMemory) Granted(caller string) {
	bucket := (*m.buckets.Load())[caller]
	if bucket == nil {
		return
	}
	if now := time.Now(); bucket.TokensAt(now) > float64(-bucket.Burst()) {
		bucket.ReserveN(now, 1)
	}
}
