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
					_, err := store.Lease(t.Context(), idempotency.Digest{byte(i)}, leaseOf("a"))
					if err != nil {
						require.ErrorIs(t, err, idempotency.ErrFull)
						continue
					}
					n++
					taken, err := store.Complete(t.Context(), idempotency.Digest{byte(i)}, "a",
						make([]byte, answerBytes), time.Now().Add(time.Minute))
					require.NoError(t, err)
					require.True(t, taken)
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
		mine := leaseOf("a")
		requireLease(t, store, mine, mine)
		_, err := store.Lease(t.Context(), idempotency.Digest{8}, leaseOf("b"))
		require.NoError(t, err)
		_, err = store.Lease(t.Context(), idempotency.Digest{9}, leaseOf("c"))
		require.ErrorIs(t, err, idempotency.ErrFull)
		requireLease(t, store, leaseOf("d"), mine)
		requireComplete(t, store, "a", time.Hour, true)
		requireAnswer(t, store)
	})
}

// What is over first goes first, also where that has changed.
func TestWhatAFullMemoryDrops(t *testing.T) {
	for title, change := range map[string]func(*testing.T, idempotency.Store){
		"an answer that ends before its lease would have": func(t *testing.T, s idempotency.Store) {
			t.Helper()
			requireComplete(t, s, "a", time.Second, true)
			time.Sleep(time.Second)
		},
		"not a lease that was extended": func(t *testing.T, s idempotency.Store) {
			t.Helper()
			require.NoError(t, s.Extend(t.Context(), name, "a", time.Now().Add(time.Hour)))
			time.Sleep(time.Minute)
		},
	} {
		inBubble(t, title, func(t *testing.T) {
			t.Helper()
			names := map[string]idempotency.Digest{"a": name, "b": {8}, "c": {9}}
			for _, order := range [][]string{{"a", "b"}, {"b", "a"}} {
				store := idempotency.NewMemory(2, 1<<20)
				for _, owner := range order {
					_, err := store.Lease(t.Context(), names[owner], leaseOf(owner))
					require.NoError(t, err)
				}
				change(t, store)
				_, err := store.Lease(t.Context(), names["c"], leaseOf("c"))
				require.NoError(t, err)
			}
		})
	}
}
