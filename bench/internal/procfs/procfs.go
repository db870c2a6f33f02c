// Package procfs reads from Linux's /proc what processes and the machine have used
// (proc(5), and Documentation/scheduler/sched-stats of the kernel).
package procfs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// CPUTime returns the user and system time of the processes' threads together. Time
// of threads that have ended is lost; servers keep theirs. For a thread that is just
// running it is up to one scheduler tick behind.
func CPUTime(pids ...int) (time.Duration, error) {
	var total time.Duration
	for _, pid := range pids {
		paths, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
		if err != nil || len(paths) == 0 {
			return 0, fmt.Errorf("process %d has ended", pid)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if errors.Is(err, fs.ErrNotExist) {
				continue // the thread has ended in between
			}
			spent, err := parseSchedstat(string(text), err)
			if err != nil {
				return 0, err
			}
			total += spent
		}
	}
	return total, nil
}

// parseSchedstat returns the first of the three numbers: nanoseconds on a CPU.
func parseSchedstat(text string, err error) (time.Duration, error) {
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(text, " ")
	spent, err := strconv.ParseInt(first, 10, 64)
	return time.Duration(spent), err
}

// Family returns the process and its children: nginx and HAProxy work in theirs.
func Family(pid int) ([]int, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return nil, err
	}
	family := []int{pid}
	for field := range strings.FieldsSeq(string(text)) {
		child, err := strconv.Atoi(field)
		if err != nil {
			return nil, err
		}
		family = append(family, child)
	}
	return family, nil
}

// Memory is the memory of processes in bytes.
type Memory struct {
	// Resident is what they have now, Peak the most that each has had since it began.
	Resident, Peak int64
}

// ReadMemory returns the memory of the processes together.
func ReadMemory(pids ...int) (Memory, error) {
	var total Memory
	for _, pid := range pids {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			return Memory{}, err
		}
		memory, err := parseStatus(string(text))
		if err != nil {
			return Memory{}, err
		}
		total.Resident += memory.Resident
		total.Peak += memory.Peak
	}
	return total, nil
}

func parseStatus(text string) (Memory, error) {
	var memory Memory
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(line, ":")
		var field *int64
		switch name {
		case "VmRSS":
			field = &memory.Resident
		case "VmHWM":
			field = &memory.Peak
		default:
			continue
		}
		kibibytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		if err != nil {
			return Memory{}, err
		}
		*field = kibibytes << 10
	}
	if memory.Peak == 0 {
		return Memory{}, errors.New("no VmHWM: the process has ended")
	}
	return memory, nil
}

// Descriptors returns how many file descriptors the process has open.
func Descriptors(pid int) (int, error) {
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	return len(entries), err
}
