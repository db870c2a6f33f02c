package idempotency_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/idempotency"
)

var errDown = errors.New("the store is down")

// failing is a store whose methods fail as it is told. What fails is done all the same
// if done is set.
type failing struct {
	idempotency.Store
	lease, extend, complete, release, done atomic.Bool
}

func (s *failing) Lease(ctx context.Context, name idempotency.Digest, lease idempotency.Record, ttl time.Duration) (idempotency.Record, error) {
	if !s.lease.Load() {
		return s.Store.Lease(ctx, name, lease, ttl)
	}
	if s.done.Load() {
		_, _ = s.Store.Lease(ctx, name, lease, ttl)
	}
	return idempotency.Record{}, errDown
}

func (s *failing) Extend(ctx context.Context, name idempotency.Digest, lease idempotency.Record, ttl time.Duration) (bool, error) {
	if !s.extend.Load() {
		return s.Store.Extend(ctx, name, lease, ttl)
	}
	return false, errDown
}

func (s *failing) Complete(ctx context.Context, name idempotency.Digest, lease idempotency.Record, answer []byte, ttl time.Duration) (idempotency.Record, error) {
	if !s.complete.Load() {
		return s.Store.Complete(ctx, name, lease, answer, ttl)
	}
	if s.done.Load() {
		_, _ = s.Store.Complete(ctx, name, lease, answer, ttl)
	}
	return idempotency.Record{}, errDown
}

func (s *failing) Release(ctx context.Context, name idempotency.Digest, lease idempotency.Record) error {
	if !s.release.Load() {
		return s.Store.Release(ctx, name, lease)
	}
	return errDown
}

// heedful does nothing after its context has ended.
type heedful struct{ idempotency.Store }

func (s heedful) Complete(ctx context.Context, name idempotency.Digest, lease idempotency.Record, answer []byte, ttl time.Duration) (idempotency.Record, error) {
	if ctx.Err() != nil {
		return idempotency.Record{}, ctx.Err()
	}
	return s.Store.Complete(ctx, name, lease, answer, ttl)
}

func (s heedful) Release(ctx context.Context, name idempotency.Digest, lease idempotency.Record) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return s.Store.Release(ctx, name, lease)
}

func TestTheStoreIsDown(t *testing.T) {
	store := &failing{Store: newMemory()}
	store.lease.Store(true)
	keeper, v := newKeeper(t, store), &vendor{}
	got := do(withDeadline(t), keeper, "message", v.run)
	require.Equal(t, idempotency.Unavailable, got.outcome)
	require.ErrorIs(t, got.err, idempotency.ErrUnavailable)
	require.ErrorIs(t, got.err, errDown)
	require.Zero(t, v.calls)

	store.lease.Store(false)
	require.Equal(t, "token-1", do(withDeadline(t), keeper, "message", v.run).answer)
}

// An answer that may not have reached the store is not given: were it, the key could
// come to another.
func TestAnAnswerThatMayBeLost(t *testing.T) {
	for name, c := range map[string]struct {
		done bool
		want string
	}{"is lost": {false, "token-2"}, "is not": {true, "token-1"}} {
		inBubble(t, name, func(t *testing.T) {
			t.Helper()
			store := &failing{Store: newMemory()}
			store.complete.Store(true)
			store.done.Store(c.done)
			keeper, v := newKeeper(t, store), &vendor{life: time.Hour}
			got := do(withDeadline(t), keeper, "message", v.run)
			require.Equal(t, idempotency.Unavailable, got.outcome)
			require.Empty(t, got.answer)

			store.complete.Store(false)
			time.Sleep(deadline + leaseGrace)
			require.Equal(t, c.want, do(withDeadline(t), keeper, "message", v.run).answer)
		})
	}
}

func TestAKeyThatIsNotReleasedIsFreeWhenItsLeaseEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &failing{Store: newMemory()}
		store.release.Store(true)
		keeper, v := newKeeper(t, store), &vendor{}
		refused := errors.New("refused")
		fails := func(context.Context) (idempotency.Answer, error) { return idempotency.Answer{}, refused }
		require.Equal(t, refused, do(withDeadline(t), keeper, "message", fails).err)
		require.Equal(t, inProgress, do(withDeadline(t), keeper, "message", v.run))
		time.Sleep(deadline + leaseGrace)
		require.Equal(t, "token-1", do(withDeadline(t), keeper, "message", v.run).answer)
	})
}
