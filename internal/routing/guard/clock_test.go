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

func learnt(ahead time.Duration) clock {
	var c clock
	c.learn(exchange(ahead))
	return c
}

func TestClockOffsetIsLearnt(t *testing.T) {
	for _, ahead := range []time.Duration{10 * time.Minute, -10 * time.Minute, 6 * time.Second, -6 * time.Second, time.Hour} {
		require.InDelta(t, ahead.Seconds(), learnt(ahead).offset.Seconds(), 2.1, ahead)
	}
}

// Less than a Date header can tell is not heeded.
func TestClockThatIsNearlyRight(t *testing.T) {
	for _, ahead := range []time.Duration{0, time.Second, -time.Second, 300 * time.Millisecond} {
		require.Zero(t, learnt(ahead).offset, ahead)
	}
}

// What is known does not follow every answer's rounding.
func TestClockOffsetIsKept(t *testing.T) {
	c := learnt(10 * time.Minute)
	before := c
	for i := range 100 {
		c.learn(exchange(10*time.Minute + time.Duration(i-50)*10*time.Millisecond))
		require.Equal(t, before, c)
	}
}

func TestClockIsSetRight(t *testing.T) {
	c := learnt(10 * time.Minute)
	c.learn(exchange(0))
	require.Zero(t, c.offset)
}

func TestClockOffsetChanges(t *testing.T) {
	c := learnt(10 * time.Minute)
	c.learn(exchange(-time.Minute))
	require.InDelta(t, -60, c.offset.Seconds(), 2.1)
}

// An answer that was long in coming was dated at any time between.
func TestClockOfASlowExchange(t *testing.T) {
	var c clock
	c.learn(at(5*time.Second), epoch, at(30*time.Second))
	c.learn(at(25*time.Second), epoch, at(30*time.Second))
	require.Zero(t, c.offset)
	c.learn(at(5*time.Second), at(10*time.Second), at(30*time.Second))
	require.Negative(t, c.offset)
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
