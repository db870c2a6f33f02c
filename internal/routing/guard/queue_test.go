package guard

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// full returns a target whose account has so many slots, all taken.
func full(t *testing.T, slots int) (*Target, []*Grant) {
	t.Helper()
	target := NewAccount(1, slots).Target("p", "")
	grants := make([]*Grant, slots)
	for i := range grants {
		grants[i] = granted(t, target, epoch)
	}
	return target, grants
}

func await(t *testing.T, target *Target) *Turn {
	t.Helper()
	return awaitFor(t, target, "")
}

func awaitFor(t *testing.T, target *Target, caller string) *Turn {
	t.Helper()
	turn, ok := target.Await(caller)
	require.True(t, ok)
	return turn
}

// isCalled reports whether who has the turn was woken.
func (t *Turn) isCalled() bool {
	select {
	case <-t.Called():
		return true
	default:
		return false
	}
}

// take takes the slot that is kept for the turn.
func (t *Turn) take(tb testing.TB) *Grant {
	tb.Helper()
	grant := new(Grant)
	refusal := t.Acquire(grant, epoch, time.Second, nil)
	require.Empty(tb, refusal)
	t.Leave()
	return grant
}

func TestFirstComeFirstCalled(t *testing.T) {
	target, grants := full(t, 3)
	first, second, third := await(t, target), await(t, target), await(t, target)
	require.False(t, first.isCalled())
	target.Release(epoch, grants[0], Result{})
	require.True(t, first.isCalled())
	require.False(t, second.isCalled())
	first.take(t)
	require.False(t, second.isCalled())

	target.Release(epoch, grants[1], Result{})
	require.True(t, second.isCalled())
	require.False(t, third.isCalled())
}

// No more wait than there are slots.
func TestQueueIsBounded(t *testing.T) {
	target, _ := full(t, 2)
	first := await(t, target)
	await(t, target)
	_, ok := target.Await("")
	require.False(t, ok)
	first.Leave()
	await(t, target)
}

func TestWhoLeavesIsNotCalled(t *testing.T) {
	target, grants := full(t, 2)
	first, second := await(t, target), await(t, target)
	first.Leave()
	target.Release(epoch, grants[0], Result{})
	require.False(t, first.isCalled())
	require.True(t, second.isCalled())
}

// Who is called and does not take the slot, because its caller went away or the breaker
// opened, leaves it to the next.
func TestSlotThatIsNotTakenIsTheNextOnes(t *testing.T) {
	target, grants := full(t, 2)
	first, second := await(t, target), await(t, target)
	target.Release(epoch, grants[0], Result{})
	require.True(t, first.isCalled())
	first.Leave()
	require.True(t, second.isCalled())
}

// A slot that became free before there was anyone to call is not waited for.
func TestFreeSlotCallsAtOnce(t *testing.T) {
	target, grants := full(t, 1)
	target.Release(epoch, grants[0], Result{})
	require.True(t, await(t, target).isCalled())
}

// Where a cut left more in flight than may be, one that ends frees no slot.
func TestNoSlotAboveTheLimit(t *testing.T) {
	target, grants := full(t, 4)
	target.Release(at(time.Second), grants[3], Result{ConcurrencyLimited: true})
	target.account.limiter.SetMost(2)
	first := await(t, target)
	target.Release(at(time.Second), grants[2], Result{})
	require.False(t, first.isCalled())
	target.Release(at(time.Second), grants[1], Result{})
	require.True(t, first.isCalled())
}

// A slot that became free for one who waits is not a newcomer's.
func TestSlotIsKeptForWhoWasCalled(t *testing.T) {
	target, grants := full(t, 2)
	first := await(t, target)
	target.Release(epoch, grants[0], Result{})
	require.True(t, first.isCalled())
	refusal := target.Acquire(new(Grant), "", epoch, time.Second, nil, Nobody)
	require.Equal(t, LimitReached, refusal.Why)
	first.take(t)
	require.Zero(t, target.account.limiter.Reserved())
}

// calls returns whose turn comes with each of the grants that is released, and takes the slot.
func calls(t *testing.T, target *Target, grants []*Grant, turns map[string][]*Turn) (callers string) {
	t.Helper()
	for _, grant := range grants {
		target.Release(epoch, grant, Result{})
		for caller, waiting := range turns {
			if len(waiting) > 0 && waiting[0].isCalled() {
				callers += caller
				waiting[0].take(t)
				turns[caller] = waiting[1:]
			}
		}
	}
	return callers
}

// Who has the fewest attempts in flight is next, however many wait; who has as many takes
// turns. Of one caller, who came first is.
func TestFewestInFlightIsNext(t *testing.T) {
	target := NewAccount(1, 8).Target("p", "")
	var grants []*Grant
	for range 8 {
		grant := new(Grant)
		refusal := target.Acquire(grant, "a", epoch, time.Second, nil, Nobody)
		require.Empty(t, refusal)
		grants = append(grants, grant)
	}
	turns := map[string][]*Turn{}
	for _, caller := range []string{"a", "a", "a", "b", "b", "b", "c", "c"} {
		turns[caller] = append(turns[caller], awaitFor(t, target, caller))
	}
	require.Equal(t, "bcbcb", calls(t, target, grants[:5], turns))
	require.Equal(t, 3, target.account.callers["a"].inFlight)
	require.Equal(t, "a", calls(t, target, grants[5:6], turns), "two of its own are left: fewer than b has")
	turns["c"] = append(turns["c"], awaitFor(t, target, "c"))
	require.Equal(t, "ac", calls(t, target, grants[6:], turns))
	require.Equal(t, 3, target.account.callers["b"].inFlight)
	require.Zero(t, target.account.limiter.Reserved())
}

// A full queue has room for a caller of whom fewer calls wait: the last of the one of whom
// most wait is told that its time is up.
func TestCrowdGivesUpItsPlaces(t *testing.T) {
	target, grants := full(t, 4)
	var crowd []*Turn
	for range 4 {
		crowd = append(crowd, awaitFor(t, target, "crowd"))
	}
	_, ok := target.Await("crowd")
	require.False(t, ok)

	first, second := awaitFor(t, target, "other"), awaitFor(t, target, "other")
	require.True(t, crowd[3].isCalled())
	require.True(t, crowd[2].isCalled())
	require.False(t, crowd[1].isCalled())
	refusal := crowd[3].Acquire(new(Grant), epoch, time.Second, nil)
	require.Equal(t, LimitReached, refusal.Why)
	crowd[3].Leave()
	crowd[2].Leave()

	_, ok = target.Await("other")
	require.False(t, ok, "as many of both wait")
	third := awaitFor(t, target, "third")
	waiting := 0
	for _, turn := range []*Turn{crowd[0], crowd[1], first, second, third} {
		if !turn.isCalled() {
			waiting++
		}
	}
	require.Equal(t, 4, waiting, "the queue is as long as before")
	target.Release(epoch, grants[0], Result{})
	require.True(t, crowd[0].isCalled())
}
