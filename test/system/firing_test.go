package system

import (
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql"
	"github.com/stretchr/testify/require"
)

// An alert is pending first, and kept afterwards: a gap that is shorter goes on firing without being
// pending again, a longer one begins anew, and none is kept beyond the end.
func TestFiring(t *testing.T) {
	const minute = int64(60_000)
	for name, c := range map[string]struct {
		active []int64
		fires  []int64
	}{
		"a gap that is bridged":   {[]int64{0, 1, 2, 5, 6}, []int64{2, 3, 4, 5, 6, 7, 8}},
		"a gap that is too long":  {[]int64{0, 1, 2, 8, 9, 10}, []int64{2, 3, 4, 10}},
		"never for long enough":   {[]int64{0, 1, 4, 5}, nil},
		"kept no longer than all": {[]int64{7, 8, 9}, []int64{9, 10}},
	} {
		var points []promql.FPoint
		for _, at := range c.active {
			points = append(points, promql.FPoint{T: at * minute, F: 1})
		}
		var want []int64
		for _, at := range c.fires {
			want = append(want, at*minute)
		}
		require.Equal(t, want, firing(points, 2*time.Minute, 2*time.Minute, time.Minute, time.UnixMilli(10*minute)), name)
	}
}
