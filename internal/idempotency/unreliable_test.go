package idempotency_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/liveness-gateway/gateway/internal/idempotency"
)

// unreliable is a store far away: some of what it is asked takes time, before or after it is
// done, and some fails likewise.
type unreliable struct {
	store idempotency.Store
	// trouble is the share of either, in percent.
	trouble int
	seed    uint64

	mu    sync.Mutex
	asked map[asked]int
}

// asked is what a step asks of the store. What becomes of it depends on that alone, not on
// what else is going on, so that a history comes out the same when it is run again.
type asked struct {
	operation string
	step      int
}

// stepKey is under which a context says whose step it is of.
type stepKey struct{}

func newUnreliable(store idempotency.Store, trouble int, seed uint64) *unreliable {
	return &unreliable{store: store, trouble: trouble, seed: seed, asked: make(map[asked]int)}
}

// rolls returns the randomness of what is asked, which may be for another time.
func (u *unreliable) rolls(ctx context.Context, operation string) *rand.Rand {
	u.mu.Lock()
	defer u.mu.Unlock()
	step, _ := ctx.Value(stepKey{}).(int)
	a := asked{operation, step}
	u.asked[a]++
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, operation, step, u.asked[a])
	return rand.New(rand.NewPCG(u.seed, h.Sum64()))
}

func (u *unreliable) do(ctx context.Context, operation string, work func() error) error {
	random := u.rolls(ctx, operation)
	happens := func() bool { return random.IntN(100) < u.trouble }
	wait := func() error {
		var delay time.Duration
		if happens() {
			delay = time.Duration(random.IntN(3000)) * time.Millisecond
		}
		select {
		case <-time.After(delay):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := wait(); err != nil {
		return err
	}
	fails := happens()
	if fails && random.IntN(2) == 0 {
		return errDown
	}
	err := work()
	if late := wait(); late != nil {
		return late
	}
	if fails {
		return errDown
	}
	return err
}

func (u *unreliable) Lease(ctx context.Context, name idempotency.Digest, lease idempotency.Record, ttl time.Duration) (idempotency.Record, error) {
	var record idempotency.Record
	err := u.do(ctx, "lease", func() (err error) {
		record, err = u.store.Lease(ctx, name, lease, ttl)
		return err
	})
	return record, err
}

func (u *unreliable) Extend(ctx context.Context, name idempotency.Digest, lease idempotency.Record, ttl time.Duration) (bool, error) {
	var held bool
	err := u.do(ctx, "extend", func() (err error) {
		held, err = u.store.Extend(ctx, name, lease, ttl)
		return err
	})
	return held, err
}

func (u *unreliable) Complete(ctx context.Context, name idempotency.Digest, lease idempotency.Record, answer []byte, ttl time.Duration) (idempotency.Record, error) {
	var record idempotency.Record
	err := u.do(ctx, "complete", func() (err error) {
		record, err = u.store.Complete(ctx, name, lease, answer, ttl)
		return err
	})
	return record, err
}

func (u *unreliable) Release(ctx context.Context, name idempotency.Digest, lease idempotency.Record) error {
	return u.do(ctx, "release", func() error { return u.store.Release(ctx, name, lease) })
}
