package idempotency_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/idempotency"
)

// fleet is replicas over one shared store, which can be lost and can fail.
type fleet struct {
	shared  *failing
	keepers []*idempotency.Keeper
	// duplicates are those that each has counted.
	duplicates []atomic.Int64
}

func newFleet(t *testing.T, replicas int) *fleet {
	t.Helper()
	f := &fleet{shared: &failing{Store: newReplaceable()}, duplicates: make([]atomic.Int64, replicas)}
	for i := range replicas {
		keeper := newKeeper(t, idempotency.NewReplica(newMemory(), f.shared))
		idempotency.OnDuplicate(func() { f.duplicates[i].Add(1) })(keeper)
		f.keepers = append(f.keepers, keeper)
	}
	return f
}

// lose has the shared store forget all.
func (f *fleet) lose() { f.shared.Store.(*replaceable).now.Store(newMemory()) }

// replaceable is a store that can be replaced while it is used.
type replaceable struct {
	now atomic.Pointer[idempotency.Memory]
}

func newReplaceable() *replaceable {
	s := &replaceable{}
	s.now.Store(newMemory())
	return s
}

func (s *replaceable) Lease(ctx context.Context, name idempotency.Digest, lease idempotency.Record, ttl time.Duration) (idempotency.Record, error) {
	return s.now.Load().Lease(ctx, name, lease, ttl)
}

func (s *replaceable) Extend(ctx context.Context, name idempotency.Digest, lease idempotency.Record, ttl time.Duration) (bool, error) {
	return s.now.Load().Extend(ctx, name, lease, ttl)
}

func (s *replaceable) Complete(ctx context.Context, name idempotency.Digest, lease idempotency.Record, answer []byte, ttl time.Duration) (idempotency.Record, error) {
	return s.now.Load().Complete(ctx, name, lease, answer, ttl)
}

func (s *replaceable) Release(ctx context.Context, name idempotency.Digest, lease idempotency.Record) error {
	return s.now.Load().Release(ctx, name, lease)
}

func (f *fleet) setDown(down bool) {
	f.shared.lease.Store(down)
	f.shared.extend.Store(down)
	f.shared.complete.Store(down)
	f.shared.release.Store(down)
}

func replayed(token string) reply { return reply{token, idempotency.Replayed, nil} }

// What a replica has answered it repeats, whatever becomes of the shared store; and brings
// it back, so that the others repeat it too.
func TestAnAnswerOutlivesTheSharedStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, v := newFleet(t, 2), &vendor{life: time.Hour}
		require.Equal(t, "token-1", do(withDeadline(t), f.keepers[0], "message", v.run).answer)
		f.setDown(true)
		require.Equal(t, replayed("token-1"), do(withDeadline(t), f.keepers[0], "message", v.run))
		require.Equal(t, idempotency.Unavailable, do(withDeadline(t), f.keepers[1], "message", v.run).outcome)
		f.setDown(false)
		f.lose()
		require.Equal(t, replayed("token-1"), do(withDeadline(t), f.keepers[0], "message", v.run))
		require.Equal(t, replayed("token-1"), do(withDeadline(t), f.keepers[1], "message", v.run))
		f.lose()
		require.Equal(t, replayed("token-1"), do(withDeadline(t), f.keepers[1], "message", v.run), "who repeated it remembers it too")
		require.Equal(t, 1, v.calls)

		time.Sleep(time.Hour - 10*time.Second)
		require.Equal(t, "token-2", do(withDeadline(t), f.keepers[1], "message", v.run).answer, "brought back, it lives no longer")
		require.Equal(t, replayed("token-2"), do(withDeadline(t), f.keepers[0], "message", v.run))
		require.Zero(t, f.duplicates[0].Load()+f.duplicates[1].Load())
	})
}

// A key that two replicas have answered, as the store lost the first answer, keeps both of
// them, and is counted by who finds out.
func TestADuplicateIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, v := newFleet(t, 3), &vendor{life: time.Hour}
		require.Equal(t, "token-1", do(withDeadline(t), f.keepers[0], "message", v.run).answer)
		f.lose()
		require.Equal(t, "token-2", do(withDeadline(t), f.keepers[1], "message", v.run).answer)
		result, err := f.keepers[0].Do(withDeadline(t), idempotency.Call{Key: "key", Message: []idempotency.Part{{[]byte("message")}}})
		require.NoError(t, err)
		require.Equal(t, idempotency.Result{Answer: []byte("token-1"), Outcome: idempotency.Replayed, Duplicate: true}, result)
		require.Equal(t, replayed("token-2"), do(withDeadline(t), f.keepers[1], "message", v.run))
		require.Equal(t, replayed("token-2"), do(withDeadline(t), f.keepers[2], "message", v.run))
		require.EqualValues(t, 1, f.duplicates[0].Load())
		require.Zero(t, f.duplicates[1].Load()+f.duplicates[2].Load())
	})
}

// A call in flight whose lease the store has lost gets the answer of who came in between.
func TestALeaseThatIsLost(t *testing.T) {
	for name, c := range map[string]struct {
		between bool
		want    reply
		counted int
	}{
		"and nobody came":  {false, reply{"token-1", idempotency.Issued, nil}, 0},
		"and another came": {true, replayed("token-2"), 1},
	} {
		inBubble(t, name, func(t *testing.T) {
			t.Helper()
			f, slow := newFleet(t, 2), &vendor{took: time.Second, life: time.Hour}
			first := begin(t, f.keepers[0], deadline, "message", slow.run)
			f.lose()
			if c.between {
				require.Equal(t, "token-2", do(withDeadline(t), f.keepers[1], "message", (&vendor{calls: 1, life: time.Hour}).run).answer)
			}
			require.Equal(t, c.want, <-first.ended)
			require.Equal(t, replayed(c.want.answer), do(withDeadline(t), f.keepers[0], "message", nil))
			require.Equal(t, replayed(c.want.answer), do(withDeadline(t), f.keepers[1], "message", nil))
			require.EqualValues(t, c.counted, f.duplicates[0].Load())
		})
	}
}

// A lease that is extended is put there again if the store has lost it, and not after its
// call has ended.
func TestALostLeaseIsExtended(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, v := newFleet(t, 2), &vendor{took: 2 * time.Second, life: time.Hour}
		first := begin(t, f.keepers[0], 3*time.Second, "message", v.run)
		f.lose()
		second := begin(t, f.keepers[0], deadline, "message", nil)
		require.Equal(t, inProgress, do(withDeadline(t), f.keepers[1], "message", nil))
		require.Equal(t, "token-1", (<-first.ended).answer)
		require.Equal(t, "token-1", (<-second.ended).answer)

		shared := newMemory()
		replica := idempotency.NewReplica(newMemory(), shared)
		held, err := replica.Extend(t.Context(), name, leaseOf("a"), time.Minute)
		require.NoError(t, err)
		require.False(t, held)
		require.Equal(t, "b", lease(t, shared, name, "b").Owner)
	})
}

// What was paid for is offered to a store that fails until the grace is over.
func TestAnAnswerIsOfferedAgain(t *testing.T) {
	for name, done := range map[string]bool{"not done": false, "done, and not said": true} {
		inBubble(t, name, func(t *testing.T) {
			t.Helper()
			f, v := newFleet(t, 2), &vendor{life: time.Hour}
			f.shared.complete.Store(true)
			f.shared.done.Store(done)
			only := begin(t, f.keepers[0], deadline, "message", v.run)
			time.Sleep(4 * time.Second)
			require.True(t, only.waits())
			f.shared.complete.Store(false)
			require.Equal(t, reply{"token-1", idempotency.Issued, nil}, <-only.ended)
			require.Equal(t, replayed("token-1"), do(withDeadline(t), f.keepers[1], "message", nil))
		})
	}
}

// A lease that may have been granted is released, so that the key is free when the store is
// back.
func TestALeaseThatFailedIsReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, v := newFleet(t, 2), &vendor{life: time.Hour}
		f.shared.lease.Store(true)
		f.shared.done.Store(true)
		require.Equal(t, idempotency.Unavailable, do(withDeadline(t), f.keepers[0], "message", v.run).outcome)
		synctest.Wait()
		f.shared.lease.Store(false)
		require.Equal(t, "token-1", do(withDeadline(t), f.keepers[1], "message", v.run).answer)
		require.Equal(t, replayed("token-1"), do(withDeadline(t), f.keepers[0], "message", v.run))
	})
}

// An answer to another message under the key is nobody's here.
func TestAReplicaRemembersNoOtherMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, v := newFleet(t, 2), &vendor{life: time.Hour}
		require.Equal(t, "token-1", do(withDeadline(t), f.keepers[0], "message", v.run).answer)
		require.Equal(t, idempotency.Reused, do(withDeadline(t), f.keepers[1], "another", v.run).outcome)
		require.Equal(t, replayed("token-1"), do(withDeadline(t), f.keepers[1], "message", v.run))
	})
}

// A replica that has no room for another key takes none.
func TestAFullReplica(t *testing.T) {
	keeper := newKeeper(t, idempotency.NewReplica(idempotency.NewMemory(0, 0), newMemory()))
	got := do(withDeadline(t), keeper, "message", func(context.Context) (idempotency.Answer, error) { panic("called") })
	require.ErrorIs(t, got.err, idempotency.ErrFull)
}

// Keys are rotated one after the other: what was sealed with the last one opens, and what
// is sealed with one that is gone is not answered.
func TestSealingKeysAreRotated(t *testing.T) {
	store, v := newMemory(), &vendor{life: time.Hour}
	with := func(keys ...string) *idempotency.Keeper {
		keeper := newKeeper(t, store)
		keeper.UseSealing(sealing(t, keys...))
		return keeper
	}
	require.Equal(t, "token-1", do(withDeadline(t), with("first"), "message", v.run).answer)
	require.Equal(t, replayed("token-1"), do(withDeadline(t), with("first", "second"), "message", v.run))
	require.Equal(t, replayed("token-1"), do(withDeadline(t), with("second", "first"), "message", v.run))
	require.Equal(t, idempotency.Unavailable, do(withDeadline(t), with("second"), "message", v.run).outcome)
	require.Equal(t, 1, v.calls)

	store = newMemory()
	require.Equal(t, "token-2", do(withDeadline(t), with("second", "first"), "message", v.run).answer)
	require.Equal(t, replayed("token-2"), do(withDeadline(t), with("second"), "message", v.run), "sealed with the first of the list")
}

// sealing is what the keys make.
func sealing(t *testing.T, keys ...string) *idempotency.Sealing {
	t.Helper()
	var bytes [][]byte
	for _, key := range keys {
		bytes = append(bytes, []byte(key))
	}
	made, err := idempotency.NewSealing(bytes...)
	require.NoError(t, err)
	return made
}

// Keys are rotated while replicas run, at one after the other: what each of them answers the others
// repeat, at every moment; what was sealed with a key that is gone, none does.
func TestSealingKeysAreRotatedWhileReplicasRun(t *testing.T) {
	f, v := newFleet(t, 2), &vendor{life: time.Hour}
	ask := func(at, key int) reply {
		return doCall(withDeadline(t), f.keepers[at], idempotency.Call{Key: fmt.Sprint("key-", key), Run: v.run})
	}
	for _, keeper := range f.keepers {
		keeper.UseSealing(sealing(t, "first"))
	}
	keys := 0
	for _, step := range [][]string{{"first", "second"}, {"second", "first"}, {"second"}} {
		for _, keeper := range f.keepers {
			keeper.UseSealing(sealing(t, step...))
			for at := range f.keepers {
				issued := ask(at, keys)
				require.Equal(t, idempotency.Issued, issued.outcome)
				for other := range f.keepers {
					require.Equal(t, replayed(issued.answer), ask(other, keys), "%v at replica %d", step, other)
				}
				keys++
			}
		}
	}
	require.Equal(t, idempotency.Unavailable, ask(0, 0).outcome)
	require.Equal(t, keys, v.calls)
}
