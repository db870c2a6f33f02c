package fleet

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/idempotency"
)

// unguarded grants a lease to whoever asks, unless there is an answer.
type unguarded struct{ idempotency.Store }

func (u unguarded) Lease(ctx context.Context, name idempotency.Digest, lease idempotency.Record, ttl time.Duration) (idempotency.Record, error) {
	stands, err := u.Store.Lease(ctx, name, lease, ttl)
	if err == nil && stands.Answer == nil {
		return lease, nil
	}
	return stands, err
}

// Complete says that the store has taken whatever it was handed.
func (u unguarded) Complete(ctx context.Context, name idempotency.Digest, lease idempotency.Record, answer []byte, ttl time.Duration) (idempotency.Record, error) {
	_, err := u.Store.Complete(ctx, name, lease, answer, ttl)
	lease.Answer, lease.Left = answer, ttl
	return lease, err
}

// unmarked does not say what is a duplicate.
type unmarked struct{ idempotency.Store }

func (u unmarked) Lease(ctx context.Context, name idempotency.Digest, lease idempotency.Record, ttl time.Duration) (idempotency.Record, error) {
	record, err := u.Store.Lease(ctx, name, lease, ttl)
	record.Duplicate = false
	return record, err
}

// Replicas that are made wrong are found out by the same calls and the same check.
func TestPlantedMistakes(t *testing.T) {
	replicaOf := func(own *idempotency.Memory, shared idempotency.Store) idempotency.Store {
		return idempotency.NewReplica(own, shared)
	}
	for name, c := range map[string]struct {
		mistake
		want string
	}{
		"replicas that share nothing": {
			mistake{store: func(own *idempotency.Memory, _ idempotency.Store) idempotency.Store { return own }},
			"although Redis lost nothing",
		},
		"replicas that remember nothing": {
			mistake{store: func(_ *idempotency.Memory, shared idempotency.Store) idempotency.Store { return shared }},
			"at replica",
		},
		"leases that nobody heeds": {
			mistake{store: func(own *idempotency.Memory, shared idempotency.Store) idempotency.Store {
				return replicaOf(own, unguarded{shared})
			}},
			"although Redis lost nothing",
		},
		"keys that belong to nobody": {
			mistake{callerOf: func(string) string { return "" }},
			"got the token of another caller or key",
		},
		"duplicates that are not marked": {
			mistake{store: func(own *idempotency.Memory, shared idempotency.Store) idempotency.Store {
				return unmarked{replicaOf(own, shared)}
			}},
			"who has them does not say so",
		},
		"duplicates that are not counted": {mistake{uncount: true}, "and counted none"},
	} {
		t.Run(name, func(t *testing.T) {
			f, faults := newSingle(t, c.mistake)
			var flushes []fault
			for _, fault := range faults {
				if fault.name == "flushed" {
					flushes = append(flushes, fault, fault)
				}
			}
			v := f.run(0, flushes).check()
			found := 0
			for _, violation := range v.violations {
				if strings.Contains(violation, c.want) {
					found++
				}
			}
			t.Logf("%d violations, %d of them as they should be", len(v.violations), found)
			require.NotZero(t, found)
		})
	}
}

// The model takes what can have happened, and nothing else.
func TestTheModel(t *testing.T) {
	const issued, replayed, unavailable = idempotency.Issued, idempotency.Replayed, idempotency.Unavailable
	at := func(begin, end time.Duration, outcome idempotency.Outcome, token, ran string) op {
		return op{begin: begin, end: end, outcome: outcome, token: token, issued: ran}
	}
	for name, c := range map[string]struct {
		ops              []op
		everywhere, here bool
	}{
		"an answer that is repeated":          {[]op{at(1, 2, issued, "a", "a"), at(3, 4, replayed, "a", "")}, true, true},
		"an answer that is repeated too soon": {[]op{at(1, 2, replayed, "a", ""), at(3, 4, issued, "a", "a")}, false, false},
		"an answer from elsewhere":            {[]op{at(1, 2, replayed, "a", "")}, false, true},
		"two answers":                         {[]op{at(1, 2, issued, "a", "a"), at(1, 4, issued, "b", "b")}, false, false},
		"another one is repeated":             {[]op{at(1, 2, issued, "a", "a"), at(3, 4, replayed, "b", "")}, false, false},
		"a failure that is stored later":      {[]op{at(1, 2, unavailable, "", "a"), at(5, 6, replayed, "a", "")}, true, true},
		"a failure that is never stored":      {[]op{at(1, 2, unavailable, "", "a"), at(5, 6, issued, "b", "b")}, true, true},
		"a failure that replaces an answer": {
			[]op{at(1, 2, unavailable, "", "a"), at(5, 6, issued, "b", "b"), at(7, 8, replayed, "a", "")}, false, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.everywhere, linearizable(c.ops, true))
			require.Equal(t, c.here, linearizable(c.ops, false))
		})
	}
}
