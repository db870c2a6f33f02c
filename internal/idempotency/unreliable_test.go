package idempotency_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/liveness-gateway/gateway/internal/idempotency"
)

// unreliable is a store far away: some of what it is asked takes time, and some fails,
// before or after it was done.
type unreliable struct {
	store idempotency.Store
	// trouble is the share of either, in percent.
	trouble int

	mu     sync.Mutex
	random *rand.Rand
}

func newUnreliable(store idempotency.Store, trouble int, seed uint64) *unreliable {
	return &unreliable{store: store, trouble: trouble, random: rand.New(rand.NewPCG(seed, 0))}
}

func (u *unreliable) roll() (delay time.Duration, before, after bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.random.IntN(100) < u.trouble {
		delay = time.Duration(u.random.IntN(3000)) * time.Millisecond
	}
	if u.random.IntN(100) < u.trouble {
		before = u.random.IntN(2) == 0
		after = !before
	}
	return delay, before, after
}

func (u *unreliable) do(ctx context.Context, work func() error) error {
	delay, before, after := u.roll()
	select {
	case <-time.After(delay):
	case <-ctx.Done():
		return ctx.Err()
	}
	if before {
		return errDown
	}
	err := work()
	if after {
		return errDown
	}
	return err
}

func (u *unreliable) Lease(ctx context.Context, name idempotency.Digest, lease idempotency.Record, ttl time.Duration) (idempotency.Record, error) {
	var record idempotency.Record
	err := u.do(ctx, func() (err error) {
		record, err = u.store.Lease(ctx, name, lease, ttl)
		return err
	})
	return record, err
}

func (u *unreliable) Extend(ctx context.Context, name idempotency.Digest, lease idempotency.Record, ttl time.Duration) (bool, error) {
	var held bool
	err := u.do(ctx, func() (err error) {
		held, err = u.store.Extend(ctx, name, lease, ttl)
		return err
	})
	return held, err
}

func (u *unreliable) Complete(ctx context.Context, name idempotency.Digest, lease idempotency.Record, answer []byte, ttl time.Duration) (idempotency.Record, error) {
	var record idempotency.Record
	err := u.do(ctx, func() (err error) {
		record, err = u.store.Complete(ctx, name, lease, answer, ttl)
		return err
	})
	return record, err
}

func (u *unreliable) Release(ctx context.Context, name idempotency.Digest, lease idempotency.Record) error {
	return u.do(ctx, func() error { return u.store.Release(ctx, name, lease) })
}
