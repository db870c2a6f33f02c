package idempotency_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/idempotency"
)

func TestMemoryIsBounded(t *testing.T) {
	const answerBytes = 10_000
	for title, c := range map[string]struct {
		entries, bytes, want int
	}{
		"by entries": {10, 1 << 30, 10},
		"by bytes":   {1000, 100_000, 9}, // eight answers, and what is set aside for a ninth
		"by nothing": {0, 1 << 30, 0},
	} {
		inBubble(t, title, func(t *testing.T) {
			t.Helper()
			store := idempotency.NewMemory(c.entries, c.bytes)
			fill := func() (n int) {
				for i := range 100 {
					_, err := store.Lease(t.Context(), idempotency.Digest{byte(i)}, leaseOf("a"), time.Minute)
					if err != nil {
						require.ErrorIs(t, err, idempotency.ErrFull)
						continue
					}
					n++
					stands, err := store.Complete(t.Context(), idempotency.Digest{byte(i)}, leaseOf("a"), make([]byte, answerBytes), time.Minute)
					require.NoError(t, err)
					require.NotNil(t, stands.Answer)
				}
				return n
			}
			require.Equal(t, c.want, fill())
			time.Sleep(time.Minute)
			require.Equal(t, c.want, fill(), "what is over makes room")
		})
	}
}

// A lease is never dropped, however full the store is; its answer has room.
func TestALeaseInAFullMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := idempotency.NewMemory(2, 1<<20)
		require.Equal(t, "a", lease(t, store, name, "a").Owner)
		require.Equal(t, "b", lease(t, store, idempotency.Digest{8}, "b").Owner)
		_, err := store.Lease(t.Context(), idempotency.Digest{9}, leaseOf("c"), time.Minute)
		require.ErrorIs(t, err, idempotency.ErrFull)
		require.Equal(t, "a", lease(t, store, name, "d").Owner)
		require.NotNil(t, complete(t, store, name, "a", "answer", time.Hour).Answer)
		require.Equal(t, "answer", string(lease(t, store, name, "d").Answer))
	})
}

// What is over first goes first, also where that has changed.
func TestWhatAFullMemoryDrops(t *testing.T) {
	for title, change := range map[string]func(*testing.T, idempotency.Store){
		"an answer that ends before its lease would have": func(t *testing.T, s idempotency.Store) {
			t.Helper()
			complete(t, s, name, "a", "answer", time.Second)
			time.Sleep(time.Second)
		},
		"not a lease that was extended": func(t *testing.T, s idempotency.Store) {
			t.Helper()
			held, err := s.Extend(t.Context(), name, leaseOf("a"), time.Hour)
			require.NoError(t, err)
			require.True(t, held)
			time.Sleep(time.Minute)
		},
	} {
		inBubble(t, title, func(t *testing.T) {
			t.Helper()
			names := map[string]idempotency.Digest{"a": name, "b": {8}, "c": {9}}
			for _, order := range [][]string{{"a", "b"}, {"b", "a"}} {
				store := idempotency.NewMemory(2, 1<<20)
				for _, owner := range order {
					lease(t, store, names[owner], owner)
				}
				change(t, store)
				lease(t, store, names["c"], "c")
			}
		})
	}
}
