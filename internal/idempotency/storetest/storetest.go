// Package storetest is what every Store of idempotency keys has to hold, as a suite that
// the tests of each run. It must not know how a store keeps anything.
package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/idempotency"
)

// Rig is an empty store and its clock.
type Rig struct {
	Store idempotency.Store
	// Sleep lets the time of the store pass.
	Sleep func(time.Duration)
}

// Tick is the least time that every store tells apart.
const Tick = time.Millisecond

var name, message = idempotency.Digest{1}, idempotency.Digest{2}

const form = 3

// Run runs the suite, each test in a rig of its own that in has it run in.
func Run(t *testing.T, in func(t *testing.T, test func(*testing.T, Rig))) {
	t.Helper()
	for title, test := range map[string]func(*suite){
		"a lease is granted once":                                       grantedOnce,
		"a lease that is asked for again is extended":                   askedAgain,
		"a lease ends":                                                  ends,
		"a lease is extended, and not shortened":                        extended,
		"an answer stands until its end":                                answerStands,
		"an answer of any bytes":                                        anyBytes,
		"an answer that is handed in again stands":                      completedAgain,
		"an answer may end before its lease":                            answerEndsEarly,
		"an answer that is over at once frees the name":                 answerOverAtOnce,
		"only the owner completes, extends and releases":                onlyTheOwner,
		"nothing is completed, extended or released after the lease":    nothingAfterTheLease,
		"nor after another took over":                                   nothingAfterATakeOver,
		"nor of an answer":                                              nothingOfAnAnswer,
		"names are apart":                                               namesAreApart,
		"a context that has ended leaves the name free in a short time": contextEnded,
	} {
		t.Run(title, func(t *testing.T) {
			in(t, func(t *testing.T, rig Rig) {
				t.Helper()
				test(&suite{t, rig})
			})
		})
	}
}

type suite struct {
	t   *testing.T
	rig Rig
}

func leaseOf(owner string) idempotency.Record {
	return idempotency.Record{Message: message, Form: form, Owner: owner}
}

// requireLease asks for a lease of a minute and checks whose stands, and for how long yet.
func (s *suite) requireLease(asks, owner string, left time.Duration) {
	s.t.Helper()
	got, err := s.rig.Store.Lease(s.t.Context(), name, leaseOf(asks), time.Minute)
	require.NoError(s.t, err)
	require.InDelta(s.t, left, got.Left, float64(Tick))
	got.Left = 0
	require.Equal(s.t, leaseOf(owner), got)
}

func (s *suite) requireExtend(owner string, ttl time.Duration, want bool) {
	s.t.Helper()
	held, err := s.rig.Store.Extend(s.t.Context(), name, leaseOf(owner), ttl)
	require.NoError(s.t, err)
	require.Equal(s.t, want, held)
}

func (s *suite) complete(owner, answer string, ttl time.Duration) idempotency.Record {
	s.t.Helper()
	got, err := s.rig.Store.Complete(s.t.Context(), name, leaseOf(owner), []byte(answer), ttl)
	require.NoError(s.t, err)
	return got
}

// requireComplete has the owner a complete its lease.
func (s *suite) requireComplete(answer string, ttl time.Duration) {
	s.t.Helper()
	got := s.complete("a", answer, ttl)
	require.True(s.t, got.Stands())
	require.Equal(s.t, answer, string(got.Answer))
	require.Equal(s.t, message, got.Message)
	require.Equal(s.t, uint16(form), got.Form)
}

func (s *suite) requireAnswer(want string, left time.Duration) {
	s.t.Helper()
	got, err := s.rig.Store.Lease(s.t.Context(), name, leaseOf("asks"), time.Minute)
	require.NoError(s.t, err)
	require.True(s.t, got.Stands())
	require.Equal(s.t, want, string(got.Answer))
	require.Equal(s.t, message, got.Message)
	require.Equal(s.t, uint16(form), got.Form)
	require.InDelta(s.t, left, got.Left, float64(Tick))
}

func (s *suite) release(owner string) {
	s.t.Helper()
	require.NoError(s.t, s.rig.Store.Release(s.t.Context(), name, leaseOf(owner)))
}

// requireGone checks that the name is free, and leaves it so.
func (s *suite) requireGone() {
	s.t.Helper()
	s.requireLease("asks", "asks", time.Minute)
	s.release("asks")
}

func grantedOnce(s *suite) {
	s.requireLease("a", "a", time.Minute)
	s.requireLease("b", "a", time.Minute)
}

func askedAgain(s *suite) {
	s.requireLease("a", "a", time.Minute)
	s.rig.Sleep(30 * time.Second)
	s.requireLease("a", "a", time.Minute)
	s.requireLease("b", "a", time.Minute)
}

func ends(s *suite) {
	s.requireLease("a", "a", time.Minute)
	s.rig.Sleep(time.Minute - 2*Tick)
	s.requireLease("b", "a", 2*Tick)
	s.rig.Sleep(2 * Tick)
	s.requireGone()
}

func extended(s *suite) {
	s.requireLease("a", "a", time.Minute)
	s.requireExtend("a", 2*time.Minute, true)
	s.requireExtend("a", time.Minute, true)
	s.requireExtend("b", time.Hour, false)
	s.rig.Sleep(2*time.Minute - 2*Tick)
	s.requireLease("b", "a", 2*Tick)
	s.rig.Sleep(2 * Tick)
	s.requireGone()
}

func answerStands(s *suite) {
	s.requireLease("a", "a", time.Minute)
	s.requireComplete("answer", time.Hour)
	s.requireAnswer("answer", time.Hour)
	s.rig.Sleep(time.Hour - 2*Tick)
	s.requireAnswer("answer", 2*Tick)
	s.rig.Sleep(2 * Tick)
	s.requireGone()
}

func anyBytes(s *suite) {
	all := make([]byte, 16<<10)
	for i := range all {
		all[i] = byte(i)
	}
	for _, answer := range []string{"\x00", "\r\n", "a", string(all)} {
		s.requireLease("a", "a", time.Minute)
		s.requireComplete(answer, time.Second)
		s.requireAnswer(answer, time.Second)
		s.rig.Sleep(time.Second)
	}
}

func completedAgain(s *suite) {
	s.requireLease("a", "a", time.Minute)
	s.requireComplete("answer", time.Hour)
	s.requireComplete("answer", 2*time.Hour)
	s.requireAnswer("answer", time.Hour)
}

func answerEndsEarly(s *suite) {
	s.requireLease("a", "a", time.Minute)
	s.requireComplete("answer", time.Second)
	s.rig.Sleep(time.Second)
	s.requireGone()
}

func answerOverAtOnce(s *suite) {
	for _, ttl := range []time.Duration{0, -time.Hour} {
		s.requireLease("a", "a", time.Minute)
		s.requireComplete("answer", ttl)
		s.requireGone()
	}
}

func onlyTheOwner(s *suite) {
	s.requireLease("a", "a", time.Minute)
	stands := s.complete("b", "answer", time.Hour)
	require.Equal(s.t, "a", stands.Owner)
	require.Nil(s.t, stands.Answer)
	s.requireExtend("b", time.Hour, false)
	s.release("b")
	s.requireLease("b", "a", time.Minute)
	s.release("a")
	s.requireGone()
}

func nothingAfterTheLease(s *suite) {
	s.requireLease("a", "a", time.Minute)
	s.rig.Sleep(time.Minute)
	stands := s.complete("a", "answer", time.Hour)
	require.False(s.t, stands.Stands())
	s.requireExtend("a", time.Hour, false)
	s.release("a")
	s.requireGone()
}

func nothingAfterATakeOver(s *suite) {
	s.requireLease("a", "a", time.Minute)
	s.rig.Sleep(time.Minute)
	s.requireLease("b", "b", time.Minute)
	stands := s.complete("a", "answer", time.Hour)
	require.Equal(s.t, "b", stands.Owner)
	s.requireExtend("a", time.Hour, false)
	s.release("a")
	s.requireLease("c", "b", time.Minute)
}

func nothingOfAnAnswer(s *suite) {
	s.requireLease("a", "a", time.Minute)
	s.requireComplete("answer", time.Hour)
	stands := s.complete("a", "another", 2*time.Hour)
	require.Equal(s.t, "answer", string(stands.Answer))
	s.requireExtend("a", 2*time.Hour, false)
	s.release("a")
	s.requireAnswer("answer", time.Hour)
}

func namesAreApart(s *suite) {
	s.requireLease("a", "a", time.Minute)
	got, err := s.rig.Store.Lease(s.t.Context(), idempotency.Digest{9}, leaseOf("b"), time.Minute)
	require.NoError(s.t, err)
	require.Equal(s.t, "b", got.Owner)
}

// contextEnded lets a store that heeds contexts refuse, and one that does not do its work.
func contextEnded(s *suite) {
	ended, cancel := context.WithCancel(s.t.Context())
	cancel()
	_, _ = s.rig.Store.Lease(ended, name, leaseOf("a"), time.Minute)
	s.release("a")
	s.requireGone()
}
