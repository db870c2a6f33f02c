package guard

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// full returns a target whose account has so many slots, all taken.
func full(t *testing.T, slots int) (*Target, []Grant) {
	t.Helper()
	target := NewAccount(1, slots).Target("p")
	grants := make([]Grant, slots)
	for i := range grants {
		grants[i] = granted(t, target, epoch)
	}
	return target, grants
}

// waiter is one who waits.
type waiter struct {
	called <-chan struct{}
	leave  func()
}

func await(t *testing.T, target *Target) waiter {
	t.Helper()
	called, leave, ok := target.Await()
	require.True(t, ok)
	return waiter{called, leave}
}

// isCalled reports whether it is the waiter's turn.
func (w waiter) isCalled() bool {
	select {
	case <-w.called:
		return true
	default:
		return false
	}
}

func TestFirstComeFirstCalled(t *testing.T) {
	target, grants := full(t, 3)
	first, second, third := await(t, target), await(t, target), await(t, target)
	require.False(t, first.isCalled())
	target.Release(epoch, grants[0], Result{})
	require.True(t, first.isCalled())
	require.False(t, second.isCalled())
	granted(t, target, epoch)
	first.leave()
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
	_, _, ok := target.Await()
	require.False(t, ok)
	first.leave()
	await(t, target)
}

func TestWhoLeavesIsNotCalled(t *testing.T) {
	target, grants := full(t, 2)
	first, second := await(t, target), await(t, target)
	first.leave()
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
	first.leave()
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
	target.account.limiter.limit = 2
	first := await(t, target)
	target.Release(at(time.Second), grants[2], Result{})
	require.False(t, first.isCalled())
	target.Release(at(time.Second), grants[1], Result{})
	require.True(t, first.isCalled())
}
