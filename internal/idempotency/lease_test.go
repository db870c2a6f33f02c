package idempotency_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/idempotency"
)

const leaseGrace = 5 * time.Second

var inProgress = reply{"", idempotency.InProgress, idempotency.ErrInProgress}

// twoKeepers are two processes with one store.
func twoKeepers(t *testing.T) (here, there *idempotency.Keeper) {
	t.Helper()
	store := newMemory()
	return newKeeper(t, store), newKeeper(t, store)
}

func TestAKeyInProgressElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := twoKeepers(t)
		v := &vendor{took: time.Second}
		first := begin(t, there, deadline, "message", v.run)
		require.Equal(t, inProgress, do(withDeadline(t), here, "message", v.run))
		require.Equal(t, idempotency.Reused, do(withDeadline(t), here, "another", v.run).outcome)
		require.Equal(t, "token-1", (<-first.ended).answer)
		require.Equal(t, reply{"token-1", idempotency.Replayed, nil}, do(withDeadline(t), here, "message", v.run))
	})
}

// The lease of a call that hangs is taken over 5 s after the call's deadline. What it
// comes to in the end is answered to nobody and replaces nothing.
func TestALeaseIsTakenOver(t *testing.T) {
	for name, takesOver := range map[string]func(here, there *idempotency.Keeper) *idempotency.Keeper{
		"elsewhere":           func(_, there *idempotency.Keeper) *idempotency.Keeper { return there },
		"in the same process": func(here, _ *idempotency.Keeper) *idempotency.Keeper { return here },
	} {
		inBubble(t, name, func(t *testing.T) {
			t.Helper()
			here, there := twoKeepers(t)
			v := &vendor{}
			start := time.Now()
			begin(t, here, time.Second, "message", hangs(t, time.Minute))
			time.Sleep(time.Second + leaseGrace - 1)
			require.Equal(t, inProgress, do(withDeadline(t), there, "message", v.run))
			next := takesOver(here, there)
			if next == there {
				time.Sleep(time.Nanosecond)
			}
			require.Equal(t, reply{"token-1", idempotency.Issued, nil}, do(withDeadline(t), next, "message", v.run))
			require.Equal(t, time.Second+leaseGrace, time.Since(start))

			time.Sleep(time.Minute)
			synctest.Wait()
			require.Equal(t, reply{"token-1", idempotency.Replayed, nil}, do(withDeadline(t), next, "message", v.run))
		})
	}
}

// A call that ends after its lease is answered if the key is free, and otherwise by what
// stands there, if that is to be had.
func TestALateEnd(t *testing.T) {
	for name, c := range map[string]struct {
		elsewhere idempotency.Run
		want      reply
		then      string
		counted   int
	}{
		"the key is free": {nil, reply{"token-1", idempotency.Joined, nil}, "token-1", 0},
		"the key was taken over": {
			func(context.Context) (idempotency.Answer, error) {
				return idempotency.Answer{Content: []byte("elsewhere")}, nil
			},
			reply{"elsewhere", idempotency.Replayed, nil},
			"elsewhere", 1,
		},
		"the key was freed again": {
			func(context.Context) (idempotency.Answer, error) { return idempotency.Answer{}, errors.New("refused") },
			reply{"token-1", idempotency.Joined, nil},
			"token-1", 0,
		},
		"the key is taken over": {
			func(ctx context.Context) (idempotency.Answer, error) {
				<-ctx.Done()
				return idempotency.Answer{Content: []byte("in the end")}, nil
			},
			inProgress, "in the end", 1,
		},
	} {
		inBubble(t, name, func(t *testing.T) {
			t.Helper()
			store, counted := newMemory(), 0
			here, there := newKeeper(t, forgetful{store}), newKeeper(t, store)
			idempotency.OnDuplicate(func() { counted++ })(here)
			first := begin(t, here, time.Second, "message", (&vendor{took: time.Minute}).run)
			second := begin(t, here, 2*time.Hour, "message", nil) // the lease is not extended
			require.Equal(t, idempotency.Left, (<-first.ended).outcome)
			time.Sleep(58 * time.Second)
			if c.elsewhere != nil {
				begin(t, there, 3*time.Second, "message", c.elsewhere)
			}
			require.Equal(t, c.want, <-second.ended)
			time.Sleep(5 * time.Second)
			require.Equal(t, reply{c.then, idempotency.Replayed, nil}, do(withDeadline(t), there, "message", nil))
			require.Equal(t, c.counted, counted)
		})
	}
}

// forgetful extends no lease.
type forgetful struct{ idempotency.Store }

func (forgetful) Extend(context.Context, idempotency.Digest, idempotency.Record, time.Duration) (bool, error) {
	return true, nil
}

func TestALeaseLastsAsLongAsSomeoneWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := twoKeepers(t)
		v := &vendor{took: 20 * time.Second}
		first := begin(t, here, time.Second, "message", v.run)
		second := begin(t, here, 30*time.Second, "message", nil)
		<-first.ended
		time.Sleep(15 * time.Second)
		require.Equal(t, inProgress, do(withDeadline(t), there, "message", v.run))
		require.Equal(t, reply{"token-1", idempotency.Joined, nil}, <-second.ended)
	})
}

// Whoever joins while the lease is being asked for has it last as long, too.
func TestALeaseThatIsSlowToCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		here, v := newKeeper(t, &slow{store}), &vendor{took: 20 * time.Second}
		first := begin(t, here, time.Second, "message", v.run)
		second := begin(t, here, 30*time.Second, "message", nil)
		<-first.ended
		time.Sleep(15 * time.Second)
		require.Equal(t, inProgress, do(withDeadline(t), newKeeper(t, store), "message", v.run))
		require.Equal(t, reply{"token-1", idempotency.Joined, nil}, <-second.ended)
	})
}

// slow takes its time to grant a lease.
type slow struct{ idempotency.Store }

func (s *slow) Lease(ctx context.Context, name idempotency.Digest, lease idempotency.Record, ttl time.Duration) (idempotency.Record, error) {
	time.Sleep(500 * time.Millisecond)
	return s.Store.Lease(ctx, name, lease, ttl)
}

// late is a store that does what it is asked after a delay, and says so after another.
type late struct {
	idempotency.Store
	lease, complete [2]time.Duration
	extend          time.Duration
}

func (l *late) Extend(ctx context.Context, name idempotency.Digest, lease idempotency.Record, ttl time.Duration) (bool, error) {
	time.Sleep(l.extend)
	return l.Store.Extend(ctx, name, lease, ttl)
}

func (l *late) Lease(ctx context.Context, name idempotency.Digest, lease idempotency.Record, ttl time.Duration) (idempotency.Record, error) {
	time.Sleep(l.lease[0])
	defer time.Sleep(l.lease[1])
	return l.Store.Lease(ctx, name, lease, ttl)
}

func (l *late) Complete(ctx context.Context, name idempotency.Digest, lease idempotency.Record, answer []byte, ttl time.Duration) (idempotency.Record, error) {
	time.Sleep(l.complete[0])
	defer time.Sleep(l.complete[1])
	return l.Store.Complete(ctx, name, lease, answer, ttl)
}

// However late the store is, an answer is repeated only while it has its margin of life, and
// the key is free soon afterwards.
func TestAnAnswerThatIsTooOldIsNotRepeated(t *testing.T) {
	const useful = 20 * time.Second
	for name, store := range map[string]*late{
		"an answer that is stored late": {complete: [2]time.Duration{3 * time.Second}},
		"an answer that is read late":   {lease: [2]time.Duration{0, 3 * time.Second}},
	} {
		for kind, wrap := range map[string]func(idempotency.Store) idempotency.Store{
			"one store":   func(s idempotency.Store) idempotency.Store { return s },
			"a replica's": func(s idempotency.Store) idempotency.Store { return idempotency.NewReplica(newMemory(), s) },
		} {
			inBubble(t, name+", "+kind, func(t *testing.T) {
				t.Helper()
				slow := *store
				slow.Store = newMemory()
				v := &vendor{life: useful + idempotency.DefaultMargin}
				here, there := newKeeper(t, wrap(&slow)), newKeeper(t, wrap(&slow))
				var end time.Time
				require.Equal(t, "token-1", do(withDeadline(t), here, "message", func(ctx context.Context) (idempotency.Answer, error) {
					end = time.Now().Add(useful)
					return v.run(ctx)
				}).answer)
				for i := 0; v.calls == 1; i++ {
					got := do(withDeadline(t), []*idempotency.Keeper{here, there}[i%2], "message", v.run)
					if got.answer == "token-1" {
						require.True(t, time.Now().Before(end), "repeated %v too late", time.Since(end))
					}
					require.Less(t, time.Since(end), 10*time.Second, "the key is not free")
					time.Sleep(300 * time.Millisecond)
				}
			})
		}
	}
}

// An answer whose end has come when the store says that it has it goes to nobody: the key may
// have come to another.
func TestAnAnswerThatTheStoreTookTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &late{Store: newMemory(), complete: [2]time.Duration{0, 3 * time.Second}}
		keeper, v := newKeeper(t, store), &vendor{life: idempotency.DefaultMargin + 2*time.Second}
		got := do(withDeadline(t), keeper, "message", v.run)
		require.Equal(t, idempotency.Unavailable, got.outcome)
		require.ErrorIs(t, got.err, idempotency.ErrUnavailable)
		v.life = time.Minute
		require.Equal(t, reply{"token-2", idempotency.Issued, nil}, do(withDeadline(t), keeper, "message", v.run))
	})
}

// Who joins a run with a later deadline gets its answer when that comes, also from a store
// that takes its time to extend the lease.
func TestAJoinerDoesNotWaitForTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &late{Store: newMemory(), extend: 3 * time.Second}
		keeper, v := newKeeper(t, store), &vendor{took: time.Second, life: time.Hour}
		start := time.Now()
		first := begin(t, keeper, 2*time.Second, "message", v.run)
		second := begin(t, keeper, deadline, "message", v.run)
		require.Equal(t, "token-1", (<-first.ended).answer)
		require.Equal(t, "token-1", (<-second.ended).answer)
		require.Equal(t, time.Second, time.Since(start))
		time.Sleep(store.extend)
	})
}
