package limit

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestChanceOfAnAttempt(t *testing.T) {
	var c Chance
	require.InDelta(t, 1, c.Share(at(0)), 0)
	require.True(t, c.Allows(at(0), 0.999))
	for range patience {
		require.InDelta(t, 1, c.Share(at(0)), 0)
		c.Refused(at(0))
	}
	c.Refused(at(999 * time.Millisecond)) // of the same second
	require.InDelta(t, 0.5, c.Share(at(time.Second)), 0)
	require.True(t, c.Allows(at(time.Second), 0.49))
	require.False(t, c.Allows(at(time.Second), 0.5))
	for i := range 10 {
		c.Refused(at(time.Duration(i+1) * time.Second))
	}
	require.InDelta(t, leastChance, c.Share(at(10*time.Second)), 0)
	require.InDelta(t, leastChance, c.Share(at(13*time.Second-1)), 0, "it is held")
	for i, want := range []float64{1. / 32, 1. / 16, 1. / 8, 1. / 4, 1. / 2, 1, 1} {
		require.InDelta(t, want, c.Share(at(time.Duration(13+i)*time.Second)), 0)
	}
	c.Refused(at(16 * time.Second))
	require.InDelta(t, 1./8, c.Share(at(16*time.Second)), 0, "half of what it was by then")
}

// A few refusals cost nobody anything, and more do not either if they come now and then.
func TestChanceAfterAFewRefusals(t *testing.T) {
	var c Chance
	for i := range patience - 1 {
		c.Refused(at(time.Duration(i) * time.Millisecond))
	}
	require.InDelta(t, 1, c.Share(at(time.Second)), 0)
	for i := range 2 * patience {
		c.Refused(at(time.Duration(i+2) * holdTime))
	}
	require.InDelta(t, 1, c.Share(at(time.Minute)), 0)
}
