package faulttest

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"

	"github.com/liveness-gateway/gateway/internal/faulttest/judge"
)

// Every row has a name of its own and can be seen to have taken place, or says what is to
// stay as it is.
func TestRows(t *testing.T) {
	names := map[string]bool{}
	page, err := os.ReadFile("../../docs/faults.md")
	require.NoError(t, err)
	for _, r := range Rows() {
		require.False(t, names[r.Name], r.Name)
		names[r.Name] = true
		require.Contains(t, string(page), "\n| "+r.Name+" | ", "make faults writes the page's table")
		require.True(t, r.felt != "" || r.keeps > 0, r.Name)
		if r.felt != "" {
			require.Contains(t, livenessv1.Reason_value, r.felt, r.Name)
		}
		require.GreaterOrEqual(t, r.length(Long).fault, 20*time.Second, r.Name)
	}
	require.Len(t, names, 47)
}

func TestSpansOfAFaultThatFlaps(t *testing.T) {
	start := time.Unix(1_700_000_000, 0)
	row := Row{flaps: true}
	spans := row.spans(start, length{calm: time.Second, fault: 4 * time.Second, period: time.Second})
	require.Equal(t, []judge.Span{
		{Begin: start.Add(time.Second), End: start.Add(2 * time.Second)},
		{Begin: start.Add(3 * time.Second), End: start.Add(4 * time.Second)},
	}, spans)
}
