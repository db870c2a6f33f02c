package vendorlimit

import (
	"context"
	"sync"
	"time"
)

// Memory is a Store of one process, which simulations and tests share among replicas.
type Memory struct {
	mu       sync.Mutex
	accounts map[string]*account
}

// account is what a store counts of an account.
type account struct {
	// leases are the ends of the leases, by name.
	leases map[string]time.Time
	// next is when the next attempt is due at the pace, not counting what was saved up.
	next time.Time
}

// NewMemory returns a store that has counted nothing.
func NewMemory() *Memory { return &Memory{accounts: make(map[string]*account)} }

// Acquire grants a lease.
func (m *Memory) Acquire(_ context.Context, name, lease string, ttl time.Duration, bounds Bounds) (Answer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now, a := time.Now(), m.accounts[name]
	if a == nil {
		a = &account{leases: make(map[string]time.Time)}
		m.accounts[name] = a
	}
	for other, end := range a.leases {
		if !now.Before(end) {
			delete(a.leases, other)
		}
	}
	if _, stands := a.leases[lease]; stands {
		a.leases[lease] = now.Add(ttl)
		return Answer{Granted: true}, nil
	}
	if bounds.Concurrency > 0 && len(a.leases) >= bounds.Concurrency {
		return Answer{}, nil
	}
	if bounds.PerSecond > 0 {
		pace := bounds.Pace()
		due := a.next
		if due.Before(now) {
			due = now
		}
		if wait := due.Sub(now) - time.Duration(pace.Burst-1)*pace.Interval; wait > 0 {
			return Answer{Wait: wait}, nil
		}
		a.next = due.Add(pace.Interval)
	}
	a.leases[lease] = now.Add(ttl)
	return Answer{Granted: true}, nil
}

// Release ends a lease.
func (m *Memory) Release(_ context.Context, name, lease string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if a := m.accounts[name]; a != nil {
		delete(a.leases, lease)
	}
	return nil
}
