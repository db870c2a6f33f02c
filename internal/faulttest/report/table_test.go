package report

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPooledRuns(t *testing.T) {
	pooled := Pool([]*Report{
		{Row: "a fault", Calls: 1, Attempts: 2, MostInACall: 2, Latencies: []time.Duration{2, 4}, Lag: 3, Remark: "one"},
		{Row: "a fault", Calls: 10, Attempts: 20, MostInACall: 1, Latencies: []time.Duration{3}, Lag: 1, Remark: "two", Broken: []string{"it"}},
	})
	require.Equal(t, &Report{
		Row: "a fault", Calls: 11, Attempts: 22, MostInACall: 2, Latencies: []time.Duration{2, 3, 4}, Lag: 3, Remark: "two", Broken: []string{"it"},
	}, pooled)
}

func TestTableIsWrittenBetweenItsMarks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "faults.md")
	reports := []*Report{{Row: "a fault", Calls: 2, Attempts: 3, Latencies: []time.Duration{time.Millisecond, time.Second}}}
	require.NoError(t, os.WriteFile(file, []byte("Head.\n<!-- written by make faults -->\nold\n<!-- end -->\nTail.\n"), 0o600))
	for range 2 { // it can be written again
		require.NoError(t, WriteTable(file, reports, LookAtMachine()))
	}
	page, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Regexp(t, `^Head\.\n<!-- written by make faults -->\n\nCommit [^|]+\n\n\| fault \|[^\n]+\n\|---[^\n]+\n`+
		`\| a fault \| 2 \| 0 \| 0 \| 0 \| 1\.50 \| 0 \| 0\.0 \| 1 \| 1 \| 0 \| 0 \| 0 \| held \|\n\n<!-- end -->\nTail\.\n$`, string(page))
	require.NoError(t, os.WriteFile(file, []byte("Head.\n"), 0o600))
	require.ErrorContains(t, WriteTable(file, reports, LookAtMachine()), "no marks")
}
