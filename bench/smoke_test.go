package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/bench/internal/load"
	"github.com/liveness-gateway/gateway/bench/internal/work"
)

// Every contender of this module answers, and its costs can be read. Those of
// bench/stock are tested there; nginx and HAProxy may not be here.
func TestContendersAnswer(t *testing.T) {
	o, err := parseOptions([]string{"-window", "20ms", "-rounds", "1", "-outside", "2"})
	require.NoError(t, err)
	o.root = ".."
	s, err := newSetup(t.Context(), o, "gateway", "floor", "reverseproxy", "standin")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.close(nil)) })

	small := s.costLanes(work.Small(work.TwoTargets), 4)
	photos := s.costLanes(work.Photos(work.OneTarget), 1)
	chosen := s.choose(append(small, photos...))
	require.Len(t, chosen, 19)
	for _, l := range chosen {
		c, err := s.connect(t.Context(), l)
		require.NoError(t, err, l.name())
		_, err = s.checked(t.Context(), c, func() load.Result {
			require.NoError(t, c.call(t.Context()), l.name())
			return load.Result{OK: 1}
		})
		require.NoError(t, err, l.name())
		require.NoError(t, c.Close())
	}
	require.NoError(t, s.stopServers())

	measured, err := s.measureCosts(t.Context(), s.choose(small[:1]))
	require.NoError(t, err)
	one := measured[floorLane][0]
	require.Positive(t, one.cpu)
	require.Greater(t, one.objects, 50.0)
	require.Greater(t, one.bytes, 1000.0)

	footprint, err := s.measureFootprint(t.Context(), small[1], 20, rampRate)
	require.NoError(t, err)
	require.Greater(t, footprint.peak, footprint.idle)
}
