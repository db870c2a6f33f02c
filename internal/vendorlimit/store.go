package vendorlimit

import (
	"context"
	"time"
)

// Bounds are what a vendor allows an account.
type Bounds struct {
	// Concurrency is how many attempts may be in flight, 0 for any number.
	Concurrency int `json:"concurrency,omitzero"`
	// PerSecond is how many attempts may begin in a second, 0 for any number.
	PerSecond float64 `json:"per_second,omitzero"`
}

// Answer is a store's answer to a request for a lease.
type Answer struct {
	Granted bool
	// Wait is how long it takes until the rate allows an attempt; 0 if too many attempts are in
	// flight, since it is not known when one of them ends.
	Wait time.Duration
}

// Store counts the attempts of all replicas. It is safe for concurrent use.
type Store interface {
	// Acquire grants a lease for an attempt on the account, within the bounds. The lease ends
	// with the time to live, if it is not released before. Asked again for a lease that
	// stands, it grants it again and counts nothing.
	//
	// It returns when ctx ends at the latest. After an error the lease may have been granted or
	// not.
	Acquire(ctx context.Context, account, lease string, ttl time.Duration, bounds Bounds) (Answer, error)
	// Release ends a lease. If there is none, it does nothing.
	Release(ctx context.Context, account, lease string) error
}

// Pace is how a rate is kept: one attempt in each Interval, of which Burst may be saved up and
// begin at once.
type Pace struct {
	Interval time.Duration
	Burst    int
}

// burstShare is the part of a second whose attempts may begin at once.
const burstShare = 0.1

// Pace returns the pace at which in no second more than PerSecond attempts begin, those that
// were saved up included.
func (b Bounds) Pace() Pace {
	burst := max(1, int(b.PerSecond*burstShare))
	perSecond := b.PerSecond - float64(burst-1)
	return Pace{time.Duration(float64(time.Second) / perSecond), burst}
}
