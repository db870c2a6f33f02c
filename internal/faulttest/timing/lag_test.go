package timing

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLagIsTheWorstWithinASecond(t *testing.T) {
	start := time.Unix(1_700_000_000, 0)
	l := NewLag(start)
	require.Zero(t, l.Worst())
	require.Zero(t, l.Around(start))
	at := start.Add(5 * time.Second)
	l.Add(at, at.Add(Step+7))
	l.Add(at, at.Add(Step+3))
	require.Equal(t, time.Duration(7), l.Worst())
	require.Equal(t, time.Duration(7), l.Around(at.Add(-time.Second)))
	require.Equal(t, time.Duration(7), l.Around(at.Add(time.Second)))
	require.Zero(t, l.Around(at.Add(-2*time.Second)))
	require.Zero(t, l.Around(at.Add(2*time.Second)))
}

func TestPauseEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		Pause(t.Context(), time.Second)
		require.Equal(t, time.Second, time.Since(began))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		Pause(ctx, time.Hour)
		require.Equal(t, time.Second+time.Minute, time.Since(began))
	})
}
