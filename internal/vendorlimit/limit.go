package vendorlimit

import (
	"context"
	"crypto/rand"
	"math"
	randv2 "math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// refusedFor is how long a refusal holds for the whole process: thousands of calls may want a
	// vendor that is full, and they must not all ask Redis.
	refusedFor = 20 * time.Millisecond
	// releaseTime bounds a release. What is not released ends by itself.
	releaseTime = time.Second
	// grace is how long a lease outlasts its attempt.
	grace = time.Second
)

// Limit is one process's view of an account's bounds. It is safe for concurrent use.
type Limit struct {
	store   Store
	account string
	bounds  Bounds
	// process and leases make the names of leases.
	process string
	leases  atomic.Int64

	// refused is until when nobody needs to ask, in Unix nanoseconds.
	refused atomic.Int64

	mu      sync.Mutex
	waiting int
}

// New returns the limit of an account, whose name is the same in all replicas.
func New(store Store, account string, bounds Bounds) *Limit {
	return &Limit{store: store, account: account, bounds: bounds, process: rand.Text()}
}

// Bounds are those of the account.
func (l *Limit) Bounds() Bounds { return l.bounds }

// RefusedUntil returns until when an attempt would be refused without asking, zero if it may ask.
func (l *Limit) RefusedUntil(now time.Time) time.Time {
	if until := l.refused.Load(); until > now.UnixNano() {
		return time.Unix(0, until)
	}
	return time.Time{}
}

// Acquire asks whether an attempt of at most timeout may begin. If so, it returns a function to
// call once when the attempt has ended; otherwise the earliest time to ask again. If the store
// fails, the attempt may begin: then only the replica's own limiter bounds it.
func (l *Limit) Acquire(ctx context.Context, timeout time.Duration) (release func(), retryAt time.Time) {
	if until := l.RefusedUntil(time.Now()); !until.IsZero() {
		return nil, until
	}
	lease := l.process + strconv.FormatInt(l.leases.Add(1), 36)
	answer, err := l.store.Acquire(ctx, l.account, lease, timeout+grace, l.bounds)
	if err == nil && !answer.Granted {
		retryAt = time.Now().Add(l.pause(answer))
		l.refused.Store(retryAt.UnixNano())
		return nil, retryAt
	}
	return sync.OnceFunc(func() { go l.release(lease) }), time.Time{}
}

// pause is how long a refusal holds. Replicas do not all come back at once.
func (l *Limit) pause(answer Answer) time.Duration {
	if answer.Wait > 0 {
		return min(answer.Wait, refusedFor)
	}
	return refusedFor/2 + randv2.N(refusedFor/2)
}

// release ends a lease. Whoever waits in this process may then ask at once.
func (l *Limit) release(lease string) {
	ctx, cancel := context.WithTimeout(context.Background(), releaseTime)
	defer cancel()
	_ = l.store.Release(ctx, l.account, lease)
	l.refused.Store(0)
}

// Await registers a call that waits to ask again, or returns false if too many do: if more waited
// than attempts may be in flight, or begin in a second, the last would wait in vain. The call must
// call leave once.
func (l *Limit) Await() (leave func(), ok bool) {
	most := l.bounds.Concurrency
	if most == 0 {
		most = int(math.Ceil(l.bounds.PerSecond))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting >= most {
		return nil, false
	}
	l.waiting++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.waiting--
	}, true
}
