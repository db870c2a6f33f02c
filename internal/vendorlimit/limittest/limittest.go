// Package limittest is what every vendorlimit.Store has to hold, as a suite that the tests of
// each run. It must not know how a store counts.
package limittest

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/vendorlimit"
)

// Rig is an empty store and its clock.
type Rig struct {
	Store vendorlimit.Store
	// Sleep lets the time of the store pass.
	Sleep func(time.Duration)
}

// Run runs the suite, each test in a rig of its own that in has it run in.
func Run(t *testing.T, in func(t *testing.T, test func(*testing.T, Rig))) {
	t.Helper()
	for title, test := range map[string]func(*suite){
		"no more leases stand than may be in flight":      concurrency,
		"a lease that is asked for again is counted once": askedAgain,
		"a lease ends":                       ends,
		"in no second begin more than may":   rate,
		"how long the rate makes one wait":   wait,
		"a refusal costs nothing":            refusal,
		"accounts are apart":                 accounts,
		"nothing is counted without a bound": unbounded,
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

func (s *suite) acquire(account, lease string, bounds vendorlimit.Bounds) vendorlimit.Answer {
	s.t.Helper()
	answer, err := s.rig.Store.Acquire(s.t.Context(), account, lease, time.Minute, bounds)
	require.NoError(s.t, err)
	return answer
}

func (s *suite) requireGranted(lease string, bounds vendorlimit.Bounds) {
	s.t.Helper()
	require.True(s.t, s.acquire("account", lease, bounds).Granted)
}

func (s *suite) requireFull(lease string, bounds vendorlimit.Bounds) {
	s.t.Helper()
	require.Equal(s.t, vendorlimit.Answer{}, s.acquire("account", lease, bounds))
}

func (s *suite) release(lease string) {
	s.t.Helper()
	require.NoError(s.t, s.rig.Store.Release(s.t.Context(), "account", lease))
}

var two = vendorlimit.Bounds{Concurrency: 2}

func concurrency(s *suite) {
	s.requireGranted("a", two)
	s.requireGranted("b", two)
	s.requireFull("c", two)
	s.release("nobody's")
	s.requireFull("c", two)
	s.release("a")
	s.requireGranted("c", two)
	s.requireFull("d", two)
}

func askedAgain(s *suite) {
	bounds := vendorlimit.Bounds{Concurrency: 2, PerSecond: 1}
	s.requireGranted("a", bounds)
	s.requireGranted("a", bounds)
	s.rig.Sleep(time.Second)
	s.requireGranted("b", bounds)
	s.requireFull("c", bounds)
	s.requireGranted("a", bounds)
}

func ends(s *suite) {
	s.requireGranted("a", two)
	s.rig.Sleep(30 * time.Second)
	s.requireGranted("b", two)
	s.rig.Sleep(29 * time.Second)
	s.requireFull("c", two)
	s.rig.Sleep(time.Second)
	s.requireGranted("c", two)
	s.requireFull("d", two)
	s.rig.Sleep(time.Hour)
	s.requireGranted("e", two)
}

// rate asks much more often than may begin, and counts in every second what has begun.
func rate(s *suite) {
	for _, perSecond := range []float64{1, 7, 50} {
		bounds := vendorlimit.Bounds{PerSecond: perSecond}
		s.rig.Sleep(time.Minute)
		const step = 5 * time.Millisecond
		var began []time.Duration
		for now := time.Duration(0); now < 10*time.Second; now += step {
			if s.acquire("account", strconv.FormatFloat(perSecond, 'g', -1, 64)+now.String(), bounds).Granted {
				began = append(began, now)
			}
			s.rig.Sleep(step)
		}
		for i := range began {
			within := 0
			for _, other := range began[i:] {
				if other-began[i] < time.Second {
					within++
				}
			}
			require.LessOrEqual(s.t, within, int(perSecond))
		}
		require.GreaterOrEqual(s.t, float64(len(began)), 0.8*10*perSecond)
	}
}

func wait(s *suite) {
	bounds := vendorlimit.Bounds{PerSecond: 5}
	s.requireGranted("a", bounds)
	answer := s.acquire("account", "b", bounds)
	require.Equal(s.t, 200*time.Millisecond, answer.Wait)
	s.rig.Sleep(150 * time.Millisecond)
	require.Equal(s.t, 50*time.Millisecond, s.acquire("account", "b", bounds).Wait)
	s.rig.Sleep(50 * time.Millisecond)
	s.requireGranted("b", bounds)
}

// refusal is refused for one bound, and asks nothing of the other.
func refusal(s *suite) {
	bounds := vendorlimit.Bounds{Concurrency: 1, PerSecond: 5}
	s.requireGranted("a", bounds)
	s.rig.Sleep(time.Second)
	s.requireFull("b", bounds)
	s.release("a")
	s.requireGranted("b", bounds)
	s.release("b")
	require.Positive(s.t, s.acquire("account", "c", bounds).Wait)
	s.rig.Sleep(200 * time.Millisecond)
	s.requireGranted("d", bounds)
}

func accounts(s *suite) {
	one := vendorlimit.Bounds{Concurrency: 1, PerSecond: 1}
	require.True(s.t, s.acquire("a", "a", one).Granted)
	require.True(s.t, s.acquire("b", "b", one).Granted)
	require.False(s.t, s.acquire("a", "c", one).Granted)
}

func unbounded(s *suite) {
	for i := range 100 {
		s.requireGranted(strconv.Itoa(i), vendorlimit.Bounds{})
	}
}
