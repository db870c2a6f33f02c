package load

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

var errRefused = errors.New("refused")

// sleeper is a server on virtual time that takes 10 ms and refuses every fifth call.
func sleeper(started *atomic.Int64) Call {
	return func(context.Context) error {
		number := started.Add(1)
		time.Sleep(10 * time.Millisecond)
		if number%5 == 0 {
			return errRefused
		}
		return nil
	}
}

func TestClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var started atomic.Int64
		result := Closed(t.Context(), sleeper(&started), 4, 100*time.Millisecond)
		require.Equal(t, Result{OK: 32, Failed: 8, Err: errRefused, Elapsed: 100 * time.Millisecond}, result)
		require.InDelta(t, 320, result.PerSecond(), 1e-9)
	})
}

func TestClosedWaitsForTheLastCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(context.Context) error {
			time.Sleep(time.Second)
			return nil
		}
		result := Closed(t.Context(), slow, 1, 100*time.Millisecond)
		require.Equal(t, Result{OK: 1, Elapsed: time.Second}, result)
	})
}

func TestOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var started atomic.Int64
		result := Open(t.Context(), sleeper(&started), 1000, 100*time.Millisecond)
		require.Equal(t, 80, result.OK)
		require.Equal(t, 20, result.Failed)
		require.ErrorIs(t, result.Err, errRefused)
		require.Len(t, result.Latencies, 80)
		require.Equal(t, 10*time.Millisecond, result.Latencies[0])
		require.Equal(t, 10*time.Millisecond, result.Latencies[79])
		require.Equal(t, 109*time.Millisecond, result.Elapsed)
		require.Equal(t, 99*time.Millisecond, result.Sending)
		require.InDelta(t, 72, result.InTime, 1) // those of the first 89 ms; the 90th ends as the last is sent
	})
}

// A stall that holds up every call is seen by those that were due meanwhile.
func TestOpenCountsFromWhenACallWasDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stalled := time.Now().Add(50 * time.Millisecond)
		result := Open(t.Context(), func(context.Context) error {
			time.Sleep(max(time.Until(stalled), time.Millisecond))
			return nil
		}, 1000, 50*time.Millisecond)
		require.Equal(t, 50*time.Millisecond, result.Latencies[49])
		require.Equal(t, time.Millisecond, result.Latencies[0])
	})
}
