package procfs

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of /proc/stat, USER_HZ of every Linux that Go runs on.
const tick = 10 * time.Millisecond

// Busy returns the time that the machine's cores together have worked, stolen time
// included: that is another machine's load on the same cores.
func Busy() (time.Duration, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	return parseBusy(string(text))
}

// parseBusy adds up the first line: user, nice, system, idle, iowait, irq, softirq,
// steal; guest time is part of user.
func parseBusy(text string) (time.Duration, error) {
	line, _, _ := strings.Cut(text, "\n")
	fields := strings.Fields(line)
	if len(fields) < 9 || fields[0] != "cpu" {
		return 0, fmt.Errorf("unexpected first line of /proc/stat: %q", line)
	}
	var ticks int64
	for _, i := range []int{1, 2, 3, 6, 7, 8} {
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * tick, nil
}

// LoadAverage returns the load of the last 1, 5 and 15 minutes as the kernel writes it.
func LoadAverage() (string, error) {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "", err
	}
	fields := strings.Fields(string(text))
	return strings.Join(fields[:min(3, len(fields))], " "), nil
}

// Kernel returns the kernel's release.
func Kernel() (string, error) {
	text, err := os.ReadFile("/proc/sys/kernel/osrelease")
	return strings.TrimSpace(string(text)), err
}

// Processor returns the model of the first core.
func Processor() (string, error) {
	text, err := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, value, _ := strings.Cut(line, ":"); strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value), nil
		}
	}
	return "unknown", err
}
