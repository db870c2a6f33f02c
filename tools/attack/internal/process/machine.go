package process

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Usage is processor time since the start of the machine, in the kernel's ticks.
type Usage struct {
	// machine is what all processors had to give, idle what nobody took, family what the
	// processes that were asked about took.
	machine, idle, family int64
}

// LookAtMachine reads how much the family, processes of these ids, has used, and how much all have
// (proc(5), /proc/stat and /proc/pid/stat).
func LookAtMachine(family []int) (Usage, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return Usage{}, err
	}
	u, err := machineUsage(string(text))
	for _, id := range family {
		text, readErr := os.ReadFile(fmt.Sprintf("/proc/%d/stat", id))
		if readErr != nil {
			continue // the gateway may be gone, which the report says
		}
		used, parseErr := processUsage(string(text))
		u.family += used
		err = errors.Join(err, parseErr)
	}
	return u, err
}

// machineUsage reads /proc/stat. What a hypervisor gives to other machines is there to be had
// for none of ours, and counts as theirs.
func machineUsage(text string) (u Usage, err error) {
	const (
		idle, iowait = 4, 5 // fields of the line, whose first is its name
		guest        = 9    // is in user time already
	)
	line, _, _ := strings.Cut(text, "\n")
	fields := strings.Fields(line)
	if len(fields) <= iowait || fields[0] != "cpu" {
		return u, fmt.Errorf("/proc/stat begins with %q", line)
	}
	for i := 1; i < min(len(fields), guest); i++ {
		ticks, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return u, err
		}
		u.machine += ticks
		if i == idle || i == iowait {
			u.idle += ticks
		}
	}
	return u, nil
}

// processUsage reads user and system time from /proc/pid/stat, behind the name, which may
// hold anything.
func processUsage(text string) (ticks int64, err error) {
	const userTime, systemTime = 11, 12 // counted from the state
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	if len(fields) <= systemTime {
		return 0, errors.New("/proc/pid/stat has too few fields")
	}
	for _, field := range fields[userTime : systemTime+1] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return ticks, nil
}

// Others returns the share of the machine that processes beside the family took since before.
func (u Usage) Others(before Usage) float64 {
	machine := u.machine - before.machine
	if machine <= 0 {
		return 0
	}
	taken := machine - (u.idle - before.idle) - (u.family - before.family)
	return float64(max(0, taken)) / float64(machine)
}
