// Package stats is the arithmetic of the benchmark's tables: medians of per-round
// ratios, and how far the rounds lie apart.
package stats

import (
	"math"
	"slices"
)

// Summary is what a table shows of a value that was measured in several rounds.
type Summary struct {
	// Median is NaN if there is no value.
	Median float64
	// Low and High are the quartiles: half of the rounds lie between them.
	Low, High float64
	// Count is the number of rounds that have a value.
	Count int
}

// Summarize leaves out NaN, which stands for a round without a clean window.
func Summarize(values []float64) Summary {
	sorted := slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	slices.Sort(sorted)
	return Summary{
		Median: Quantile(sorted, 0.5), Low: Quantile(sorted, 0.25), High: Quantile(sorted, 0.75),
		Count: len(sorted),
	}
}

// Quantile returns the value below which the share q of the sorted values lies,
// interpolated between neighbours; NaN if there are none.
func Quantile[T ~int64 | ~float64](sorted []T, q float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	at := q * float64(len(sorted)-1)
	below := int(at)
	above := min(below+1, len(sorted)-1)
	return float64(sorted[below]) + (at-float64(below))*float64(sorted[above]-sorted[below])
}

// Ratios divides round by round, so that what slows a whole round down cancels out.
// A round in which either value is missing (NaN) has no ratio.
func Ratios(values, base []float64) []float64 {
	ratios := make([]float64, min(len(values), len(base)))
	for i := range ratios {
		ratios[i] = values[i] / base[i]
	}
	return ratios
}

// Differences subtracts round by round; see Ratios.
func Differences(values, base []float64) []float64 {
	differences := make([]float64, min(len(values), len(base)))
	for i := range differences {
		differences[i] = values[i] - base[i]
	}
	return differences
}
