package procfs

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParseSchedstat(t *testing.T) {
	spent, err := parseSchedstat("1234567890 66368 17\n", nil)
	require.NoError(t, err)
	require.Equal(t, 1234567890*time.Nanosecond, spent)

	_, err = parseSchedstat("none", nil)
	require.Error(t, err)
	_, err = parseSchedstat("", os.ErrPermission)
	require.ErrorIs(t, err, os.ErrPermission)
}

func TestParseStatus(t *testing.T) {
	memory, err := parseStatus("Name:\tgateway\nVmPeak:\t  999 kB\nVmHWM:\t   2048 kB\nVmRSS:\t   1024 kB\nThreads:\t9\n")
	require.NoError(t, err)
	require.Equal(t, Memory{Resident: 1 << 20, Peak: 2 << 20}, memory)

	_, err = parseStatus("Name:\tgateway\nState:\tZ (zombie)\n")
	require.ErrorContains(t, err, "has ended")
}

func TestParseBusy(t *testing.T) {
	// user nice system idle iowait irq softirq steal guest guest_nice
	busy, err := parseBusy("cpu  100 10 50 9999 7777 1 2 3 40 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n")
	require.NoError(t, err)
	require.Equal(t, 1660*time.Millisecond, busy)

	for _, text := range []string{"", "cpu 1 2", "intr 1 2 3 4 5 6 7 8 9", "cpu a 2 3 4 5 6 7 8"} {
		_, err = parseBusy(text)
		require.Error(t, err, "%q", text)
	}
}

// The test's own process has used some of everything.
func TestOwnProcess(t *testing.T) {
	before, err := CPUTime(os.Getpid())
	require.NoError(t, err)
	for start := time.Now(); time.Since(start) < 20*time.Millisecond; {
		_, err = Busy()
		require.NoError(t, err)
	}
	after, err := CPUTime(os.Getpid())
	require.NoError(t, err)
	require.Greater(t, after, before)

	memory, err := ReadMemory(os.Getpid())
	require.NoError(t, err)
	require.Positive(t, memory.Resident)
	require.GreaterOrEqual(t, memory.Peak, memory.Resident)

	open, err := Descriptors(os.Getpid())
	require.NoError(t, err)
	require.Greater(t, open, 2)
}

func TestFamilyHasTheChildren(t *testing.T) {
	shell := exec.Command("sh", "-c", "sleep 60 & child=$!; trap 'kill $child' TERM; wait")
	require.NoError(t, shell.Start())
	t.Cleanup(func() {
		_ = shell.Process.Signal(syscall.SIGTERM)
		_ = shell.Wait()
	})
	var family []int
	require.Eventually(t, func() bool {
		var err error
		family, err = Family(shell.Process.Pid)
		return err == nil && len(family) == 2
	}, 10*time.Second, time.Millisecond)
	require.Equal(t, shell.Process.Pid, family[0])
	_, err := CPUTime(family...)
	require.NoError(t, err)
}

func TestEndedProcess(t *testing.T) {
	const none = 1 << 30
	_, err := CPUTime(none)
	require.ErrorContains(t, err, "has ended")
	_, err = ReadMemory(none)
	require.Error(t, err)
}

func TestMachine(t *testing.T) {
	for _, read := range []func() (string, error){LoadAverage, Kernel, Processor} {
		text, err := read()
		require.NoError(t, err)
		require.NotEmpty(t, text)
	}
}
