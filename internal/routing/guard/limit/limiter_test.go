package limit

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fill takes so many slots, which must be free.
func fill(t *testing.T, l *Limiter, now time.Time, n int) []Slot {
	t.Helper()
	slots := make([]Slot, n)
	for i := range slots {
		var ok bool
		slots[i], ok = l.Acquire(now)
		require.True(t, ok)
	}
	return slots
}

// pass makes so many attempts one after another that the vendor takes.
func pass(t *testing.T, l *Limiter, now time.Time, n int) {
	t.Helper()
	for range n {
		l.Release(now, fill(t, l, now, 1)[0], false)
	}
}

// press asks until it is refused.
func press(l *Limiter, now time.Time) {
	var slots []Slot
	for slot, ok := l.Acquire(now); ok; slot, ok = l.Acquire(now) {
		slots = append(slots, slot)
	}
	for _, slot := range slots {
		l.Release(now, slot, false)
	}
}

// lowered returns a limiter of at most 20 that a limit answer has put to nine as the tests
// began.
func lowered(t *testing.T) Limiter {
	t.Helper()
	l := NewLimiter(20)
	for i, slot := range slices.Backward(fill(t, &l, epoch, 10)) {
		l.Release(epoch, slot, i == 9)
	}
	require.Equal(t, 9, l.Limit())
	return l
}

func TestLimiterAllowsTheMostAtFirst(t *testing.T) {
	l := NewLimiter(20)
	fill(t, &l, epoch, 20)
	_, ok := l.Acquire(epoch)
	require.False(t, ok)
	require.Equal(t, 20, l.InFlight())
}

func TestReleasedSlotIsFree(t *testing.T) {
	l := NewLimiter(1)
	for range 3 {
		pass(t, &l, epoch, 1)
	}
	require.Zero(t, l.InFlight())
}

// A limit answer lowers the limit below what was in flight, but never to nothing.
func TestLimitAnswerLowersTheLimit(t *testing.T) {
	for inFlight, want := range map[int]int{101: 95, 21: 19, 6: 5, 3: 2, 2: 1, 1: 1} {
		l := NewLimiter(1000)
		slots := fill(t, &l, epoch, inFlight)
		for _, slot := range slots[:inFlight-1] {
			l.Release(epoch, slot, false)
		}
		l.Release(epoch, slots[inFlight-1], true)
		require.Equal(t, want, l.Limit(), inFlight)
	}
}

// What counts is how many were in flight as the refused attempt began: the others may
// have ended since.
func TestLimitIsOfWhenTheAttemptBegan(t *testing.T) {
	l := NewLimiter(1000)
	slots := fill(t, &l, epoch, 21)
	for _, slot := range slots[:20] {
		l.Release(epoch, slot, false)
	}
	l.Release(epoch, slots[20], true)
	require.Equal(t, 19, l.Limit())
}

// Those in flight together are refused together: that is one reason to go down, not
// many.
func TestAttemptFromBeforeACutSaysNothing(t *testing.T) {
	l := NewLimiter(1000)
	early := fill(t, &l, epoch, 20)
	l.Release(at(time.Second), fill(t, &l, at(time.Second), 1)[0], true)
	require.Equal(t, 20, l.Limit())
	l.Release(at(time.Second), early[0], true)
	require.Equal(t, 20, l.Limit())
}

func TestLimitAnswerNeverRaises(t *testing.T) {
	l := Limiter{most: 20, limit: 3, inFlight: 4}
	l.Release(epoch, Slot{start: epoch, inFlight: 20}, true)
	require.Equal(t, 3, l.Limit())
}

func TestLimitIsHeldForATime(t *testing.T) {
	l := lowered(t)
	l.ended = holdAttempts
	press(&l, at(holdTime-1))
	pass(t, &l, at(holdTime-1), 1)
	require.Equal(t, 9, l.Limit())
	pass(t, &l, at(holdTime), 1)
	require.Equal(t, 10, l.Limit())
}

func TestLimitIsHeldForSoManyAttempts(t *testing.T) {
	l := lowered(t)
	l.ended = holdAttempts - 10
	press(&l, at(holdTime))
	require.Equal(t, holdAttempts-1, l.ended)
	pass(t, &l, at(holdTime), 1)
	require.Equal(t, 9, l.Limit())
	pass(t, &l, at(holdTime), 1)
	require.Equal(t, 10, l.Limit())
}

// However few attempts there are, the limit goes up in the end.
func TestLimitOfFewAttemptsIsHeldForTenSeconds(t *testing.T) {
	l := lowered(t)
	press(&l, at(holdMost-1))
	pass(t, &l, at(holdMost-1), 1)
	require.Equal(t, 9, l.Limit())
	pass(t, &l, at(holdMost), 1)
	require.Equal(t, 10, l.Limit())
}

// A limit that refuses nothing doubles after ten seconds, and every five: what the vendor
// takes now is found out when it is asked for.
func TestLimitThatRefusesNothingDoubles(t *testing.T) {
	l := NewLimiter(10_000)
	l.Release(epoch, fill(t, &l, epoch, 1)[0], true)
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{quietTime - 1, 1}, {quietTime, 2}, {quietTime + doubleEvery - 1, 2}, {quietTime + doubleEvery, 4}, {time.Minute, 2048}, {time.Hour, 10_000}} {
		pass(t, &l, at(step.after), 1)
		require.Equal(t, step.want, l.Limit(), step.after)
	}
}

// One that refuses does not.
func TestLimitThatRefusesDoesNotDouble(t *testing.T) {
	l := lowered(t)
	for d := time.Duration(0); d < time.Minute; d += 100 * time.Millisecond {
		press(&l, at(d))
		l.raise = at(time.Hour)
	}
	require.Equal(t, 9, l.Limit())
}

// What the vendor has taken meanwhile is not what was too much.
func TestLimitIsNeverBelowWhatIsInFlight(t *testing.T) {
	l := NewLimiter(1000)
	first := fill(t, &l, epoch, 1)[0]
	fill(t, &l, at(time.Second), 500)
	l.Release(at(2*time.Second), first, true)
	require.Equal(t, 500, l.Limit())
}

func TestLimitGoesUpByOneASecond(t *testing.T) {
	l := lowered(t)
	l.ended = holdAttempts
	for i := range 50 {
		press(&l, at(holdTime+time.Duration(i)*raiseEvery/10))
	}
	require.Equal(t, 9+5, l.Limit())
}

func TestLimitStaysWithinTheMost(t *testing.T) {
	l := lowered(t)
	l.limit, l.ended = 18, holdAttempts
	for i := range 20 {
		press(&l, at(holdTime+time.Duration(i)*raiseEvery))
	}
	require.Equal(t, 20, l.Limit())
}
