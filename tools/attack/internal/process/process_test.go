package process

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestResources(t *testing.T) {
	r, err := readResources(strings.NewReader(`# HELP go_goroutines x
go_goroutines 17
process_open_fds 9
go_memstats_heap_alloc_bytes 1.5e+06
liveness_gateway_vendor_inflight{provider="megvii",account="a b"} 2
liveness_gateway_vendor_inflight{provider="megvii",account="c"} 1
`))
	require.NoError(t, err)
	require.Equal(t, Resources{Goroutines: 17, Descriptors: 9, InFlight: 3, Heap: 1.5e6}, r)
	require.True(t, r.Within(r))
	more := r
	more.InFlight++
	require.False(t, more.Within(r))
}

func TestOthersShareOfTheMachine(t *testing.T) {
	before, err := machineUsage("cpu  100 0 50 800 10 0 5 35 7 0\ncpu0 1 2 3 4 5\n")
	require.NoError(t, err)
	require.Equal(t, Usage{machine: 1000, idle: 810}, before)
	after, err := machineUsage("cpu  180 0 60 880 20 0 5 55 7 0\n")
	require.NoError(t, err)
	after.family, err = processUsage("17 (a) name) S 1 1 1 0 -1 4194560 1 0 0 0 20 30 0 0 20 0 1 0 1 1")
	require.NoError(t, err)
	require.EqualValues(t, 50, after.family)
	require.InDelta(t, 60./200, after.Others(before), 1e-9)
	require.Zero(t, before.Others(before))
	for _, text := range []string{"", "cpu 1 2", "intr 1 2 3 4 5 6", "cpu a b c d e f"} {
		_, err := machineUsage(text)
		require.Error(t, err, text)
	}
	for _, text := range []string{"", "1 (a) S 1", "1 (a) S 1 1 1 0 -1 0 1 0 0 0 x 30 0"} {
		_, err := processUsage(text)
		require.Error(t, err, text)
	}
}

// Who burns the machine is seen, unless it is one of the family.
func TestLookAtMachine(t *testing.T) {
	before, err := LookAtMachine([]int{os.Getpid()})
	require.NoError(t, err)
	require.Positive(t, before.machine)
	for end := time.Now().Add(50 * time.Millisecond); time.Now().Before(end); {
	}
	after, err := LookAtMachine([]int{os.Getpid()})
	require.NoError(t, err)
	require.Greater(t, after.machine, before.machine)
	_, err = LookAtMachine([]int{-1})
	require.NoError(t, err)
}
