package idempotency_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/idempotency"
)

var name, message = idempotency.Digest{1}, idempotency.Digest{2}

// leaseOf is a lease that ends in a minute.
func leaseOf(owner string) idempotency.Record {
	return idempotency.Record{Message: message, Owner: owner, End: time.Now().Add(time.Minute)}
}

// What any store has to hold, each in a store of its own.
func TestStore(t *testing.T) {
	for title, test := range map[string]func(*testing.T, idempotency.Store){
		"a lease is granted once": func(t *testing.T, s idempotency.Store) {
			t.Helper()
			mine := leaseOf("a")
			requireLease(t, s, mine, mine)
			requireLease(t, s, leaseOf("b"), mine)
		},
		"a lease ends": func(t *testing.T, s idempotency.Store) {
			t.Helper()
			mine := leaseOf("a")
			requireLease(t, s, mine, mine)
			time.Sleep(time.Minute - 1)
			requireLease(t, s, leaseOf("b"), mine)
			time.Sleep(time.Nanosecond)
			requireGone(t, s)
		},
		"a lease is extended, and not shortened": func(t *testing.T, s idempotency.Store) {
			t.Helper()
			mine := leaseOf("a")
			requireLease(t, s, mine, mine)
			require.NoError(t, s.Extend(t.Context(), name, "a", mine.End.Add(time.Minute)))
			require.NoError(t, s.Extend(t.Context(), name, "a", mine.End))
			require.NoError(t, s.Extend(t.Context(), name, "b", mine.End.Add(time.Hour)))
			time.Sleep(2*time.Minute - 1)
			mine.End = mine.End.Add(time.Minute)
			requireLease(t, s, leaseOf("b"), mine)
			time.Sleep(time.Nanosecond)
			requireGone(t, s)
		},
		"an answer stands until its end": func(t *testing.T, s idempotency.Store) {
			t.Helper()
			mine := leaseOf("a")
			requireLease(t, s, mine, mine)
			requireComplete(t, s, "a", time.Hour, true)
			time.Sleep(time.Hour - 1)
			requireAnswer(t, s)
			time.Sleep(time.Nanosecond)
			requireGone(t, s)
		},
		"an answer may end before its lease": func(t *testing.T, s idempotency.Store) {
			t.Helper()
			requireLease(t, s, leaseOf("a"), leaseOf("a"))
			requireComplete(t, s, "a", time.Second, true)
			time.Sleep(time.Second)
			requireGone(t, s)
		},
		"only the owner completes and releases": func(t *testing.T, s idempotency.Store) {
			t.Helper()
			mine := leaseOf("a")
			requireLease(t, s, mine, mine)
			requireComplete(t, s, "b", time.Hour, false)
			require.NoError(t, s.Release(t.Context(), name, "b"))
			requireLease(t, s, leaseOf("b"), mine)
			require.NoError(t, s.Release(t.Context(), name, "a"))
			requireGone(t, s)
		},
		"nothing is completed, extended or released after the lease": func(t *testing.T, s idempotency.Store) {
			t.Helper()
			requireLease(t, s, leaseOf("a"), leaseOf("a"))
			time.Sleep(time.Minute)
			requireNothingLeft(t, s, "a")
		},
		"nor after another took over": func(t *testing.T, s idempotency.Store) {
			t.Helper()
			requireLease(t, s, leaseOf("a"), leaseOf("a"))
			time.Sleep(time.Minute)
			taken := leaseOf("b")
			requireLease(t, s, taken, taken)
			requireComplete(t, s, "a", time.Hour, false)
			require.NoError(t, s.Extend(t.Context(), name, "a", time.Now().Add(time.Hour)))
			require.NoError(t, s.Release(t.Context(), name, "a"))
			requireLease(t, s, leaseOf("c"), taken)
		},
		"nor of an answer": func(t *testing.T, s idempotency.Store) {
			t.Helper()
			requireLease(t, s, leaseOf("a"), leaseOf("a"))
			requireComplete(t, s, "a", time.Hour, true)
			requireComplete(t, s, "a", 2*time.Hour, false)
			require.NoError(t, s.Extend(t.Context(), name, "a", time.Now().Add(2*time.Hour)))
			require.NoError(t, s.Release(t.Context(), name, "a"))
			requireAnswer(t, s)
			time.Sleep(time.Hour)
			requireGone(t, s)
		},
		"names are apart": func(t *testing.T, s idempotency.Store) {
			t.Helper()
			requireLease(t, s, leaseOf("a"), leaseOf("a"))
			other := leaseOf("b")
			got, err := s.Lease(t.Context(), idempotency.Digest{9}, other)
			require.NoError(t, err)
			require.Equal(t, other, got)
		},
	} {
		t.Run(title, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, newMemory()) })
		})
	}
}

func requireLease(t *testing.T, s idempotency.Store, asked, want idempotency.Record) {
	t.Helper()
	got, err := s.Lease(t.Context(), name, asked)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func requireComplete(t *testing.T, s idempotency.Store, owner string, life time.Duration, want bool) {
	t.Helper()
	got, err := s.Complete(t.Context(), name, owner, []byte("answer"), time.Now().Add(life))
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func requireAnswer(t *testing.T, s idempotency.Store) {
	t.Helper()
	got, err := s.Lease(t.Context(), name, leaseOf("asks"))
	require.NoError(t, err)
	require.Equal(t, message, got.Message)
	require.Equal(t, "answer", string(got.Answer))
}

// requireGone checks that the name is free, and leaves it so.
func requireGone(t *testing.T, s idempotency.Store) {
	t.Helper()
	mine := leaseOf("asks")
	requireLease(t, s, mine, mine)
	require.NoError(t, s.Release(t.Context(), name, "asks"))
}

// requireNothingLeft checks that the owner has no lease to do anything with.
func requireNothingLeft(t *testing.T, s idempotency.Store, owner string) {
	t.Helper()
	requireComplete(t, s, owner, time.Hour, false)
	require.NoError(t, s.Extend(t.Context(), name, owner, time.Now().Add(time.Hour)))
	require.NoError(t, s.Release(t.Context(), name, owner))
	requireGone(t, s)
}
