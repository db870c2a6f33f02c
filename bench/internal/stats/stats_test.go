package stats_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/bench/internal/stats"
)

func TestSummarize(t *testing.T) {
	missing := math.NaN()
	tests := map[string]struct {
		values []float64
		want   stats.Summary
	}{
		"one":             {[]float64{3}, stats.Summary{Median: 3, Low: 3, High: 3, Count: 1}},
		"odd, unsorted":   {[]float64{5, 1, 3, 2, 4}, stats.Summary{Median: 3, Low: 2, High: 4, Count: 5}},
		"even":            {[]float64{1, 2, 3, 4}, stats.Summary{Median: 2.5, Low: 1.75, High: 3.25, Count: 4}},
		"missing rounds":  {[]float64{missing, 2, missing, 4}, stats.Summary{Median: 3, Low: 2.5, High: 3.5, Count: 2}},
		"one far outside": {[]float64{1, 1, 1, 1, 100}, stats.Summary{Median: 1, Low: 1, High: 1, Count: 5}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, stats.Summarize(test.values))
		})
	}
	require.True(t, math.IsNaN(stats.Summarize(nil).Median))
}

func TestSummarizeKeepsTheOrderOfItsArgument(t *testing.T) {
	values := []float64{3, 1, 2}
	stats.Summarize(values)
	require.Equal(t, []float64{3, 1, 2}, values)
}

func TestQuantile(t *testing.T) {
	latencies := make([]time.Duration, 101)
	for i := range latencies {
		latencies[i] = time.Duration(i)
	}
	require.InDelta(t, 50, stats.Quantile(latencies, 0.5), 1e-9)
	require.InDelta(t, 99, stats.Quantile(latencies, 0.99), 1e-9)
	require.InDelta(t, 100, stats.Quantile(latencies, 1), 1e-9)
}

// Ratios are taken inside a round: a machine twice as slow in the second round changes
// nothing.
func TestRatiosAndDifferences(t *testing.T) {
	base := []float64{2, 4, math.NaN(), 2}
	values := []float64{1, 2, 1, math.NaN()}
	ratios := stats.Ratios(values, base)
	require.Equal(t, stats.Summary{Median: 0.5, Low: 0.5, High: 0.5, Count: 2}, stats.Summarize(ratios))
	require.Len(t, ratios, 4)
	require.InDelta(t, -1.5, stats.Summarize(stats.Differences(values, base)).Median, 1e-9)
}
