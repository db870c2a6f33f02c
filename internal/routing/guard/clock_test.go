package guard

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// exchange is one of 100 ms with a vendor whose clock is so far ahead.
func exchange(ahead time.Duration) (date, sent, answered time.Time) {
	sent = at(300 * time.Millisecond)
	return sent.Add(50*time.Millisecond + ahead).Truncate(time.Second), sent, sent.Add(100 * time.Millisecond)
}

// refusedBy returns a clock after a signature with the local time was refused by a vendor
// whose clock is so far ahead.
func refusedBy(ahead time.Duration) clock {
	var c clock
	date, sent, answered := exchange(ahead)
	c.refuse(0, date, sent, answered)
	return c
}

func TestClockOffsetIsLearnt(t *testing.T) {
	for _, ahead := range []time.Duration{10 * time.Minute, -10 * time.Minute, 6 * time.Second, -6 * time.Second, time.Hour} {
		require.InDelta(t, ahead.Seconds(), refusedBy(ahead).offset.Seconds(), 2.1, ahead)
	}
}

// Less than a Date header can tell changes nothing.
func TestClockThatIsNearlyRight(t *testing.T) {
	for _, ahead := range []time.Duration{0, time.Second, -time.Second, 300 * time.Millisecond} {
		require.Zero(t, refusedBy(ahead).offset, ahead)
	}
}

func TestClockIsSetRight(t *testing.T) {
	c := refusedBy(10 * time.Minute)
	date, sent, answered := exchange(0)
	c.refuse(c.offset, date, sent, answered)
	require.Zero(t, c.offset)
}

func TestClockOffsetChanges(t *testing.T) {
	c := refusedBy(10 * time.Minute)
	date, sent, answered := exchange(-time.Minute)
	c.refuse(c.offset, date, sent, answered)
	require.InDelta(t, -60, c.offset.Seconds(), 2.1)
}

// A signature that is refused though it agrees with the date was not refused for the time
// of the date: the offset that tokens were issued for is used again.
func TestClockFallsBackToWhatWasProven(t *testing.T) {
	c := refusedBy(-time.Minute)
	c.prove(c.offset)
	proven := c.offset
	date, sent, answered := exchange(10 * time.Minute)
	c.refuse(c.offset, date, sent, answered)
	require.NotEqual(t, proven, c.offset)
	c.refuse(c.offset, date, sent, answered)
	require.Equal(t, proven, c.offset)
}

// Without a date nothing is learnt.
func TestRefusedSignatureWithoutADate(t *testing.T) {
	c := refusedBy(-time.Minute)
	c.refuse(c.offset, time.Time{}, epoch, epoch)
	require.Zero(t, c.offset)
}

// An attempt that was signed before another one learnt says nothing of what that learnt.
func TestRefusalOfAnEarlierOffset(t *testing.T) {
	c := refusedBy(10 * time.Minute)
	want := c
	date, sent, answered := exchange(-time.Hour)
	c.refuse(0, date, sent, answered)
	require.Equal(t, want, c)
}

// An answer that was long in coming was dated at any time between, counted from when the
// attempt began.
func TestClockOfASlowExchange(t *testing.T) {
	var c clock
	c.refuse(0, at(5*time.Second), epoch, at(30*time.Second))
	c.refuse(0, at(25*time.Second), epoch, at(30*time.Second))
	require.Zero(t, c.offset)
	c.refuse(0, at(5*time.Second), at(10*time.Second), at(30*time.Second))
	require.Negative(t, c.offset)
}

// What the date of a slow answer is compared with is the whole time of its attempt.
func TestAccountsClockOfASlowExchange(t *testing.T) {
	for _, dated := range []time.Duration{0, 15 * time.Second, 30 * time.Second} {
		a := NewAccount(1, 100)
		target := a.Target("p", "")
		grant := granted(t, target, epoch)
		target.Release(at(30*time.Second), grant, Result{SignatureRefused: true, Date: at(dated)})
		require.Zero(t, a.ClockOffset(), dated)
	}
}

// Only a refused signature teaches, whatever the date of other answers says.
func TestOtherAnswersTeachNoClock(t *testing.T) {
	a := NewAccount(1, 100)
	target := a.Target("p", "")
	for _, result := range []Result{healthy, {Product: Faulty}, {ConcurrencyLimited: true}} {
		result.Date = at(10 * time.Minute)
		ends(t, target, epoch, 1, result)
		require.Zero(t, a.ClockOffset())
	}
}

// An offset is in doubt until a token was issued with it.
func TestClockInDoubt(t *testing.T) {
	a := NewAccount(1, 100)
	target := a.Target("p", "")
	require.False(t, granted(t, target, epoch).ClockInDoubt)
	ends(t, target, epoch, 1, Result{SignatureRefused: true, Date: at(10 * time.Minute)})
	require.True(t, granted(t, target, epoch).ClockInDoubt)
	ends(t, target, epoch, 1, healthy)
	require.False(t, granted(t, target, epoch).ClockInDoubt)
}

func TestSkewed(t *testing.T) {
	tests := []struct {
		offset, date, sent, answered time.Duration
		want                         bool
	}{
		{want: false},
		{date: 10 * time.Minute, want: true},
		{date: -10 * time.Minute, want: true},
		{offset: 10 * time.Minute, date: 10 * time.Minute, want: false},
		{offset: 10 * time.Minute, want: true},
		// The date is cut to seconds, and a second is let pass on either side.
		{date: time.Second, want: false},
		{date: time.Second + 1, want: true},
		{date: -2 * time.Second, want: false},
		{date: -2*time.Second - 1, want: true},
		{sent: -2 * time.Second, date: -4 * time.Second, want: false},
		{answered: 2 * time.Second, date: 3 * time.Second, want: false},
	}
	for _, test := range tests {
		got := Skewed(test.offset, at(test.date), at(test.sent), at(test.answered))
		require.Equal(t, test.want, got, "%+v", test)
	}
	require.False(t, Skewed(time.Hour, time.Time{}, epoch, epoch))
}
