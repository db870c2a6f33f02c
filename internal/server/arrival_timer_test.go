package server

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// A timer that has fired when more time is given, and runs afterwards, refuses nothing: the
// message is refused when that time is over.
func TestOvertakenTimerRefusesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := make(chan time.Duration, 2)
		l, began := &ArrivalLimit{}, time.Now()
		l.Begin(began, func() { refused <- time.Since(began) })
		time.Sleep(ArrivalGrace - time.Nanosecond)
		l.Expect(ArrivalRate)
		time.Sleep(time.Nanosecond)
		l.expired() // it fired, and waited for Expect
		require.Equal(t, ArrivalGrace+time.Second, <-refused)
		late, _ := l.End()
		require.True(t, late)
	})
}
