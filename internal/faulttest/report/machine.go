package report

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// Machine is where and when rows were run.
type Machine struct {
	began        time.Time
	commit, load string
}

// LookAtMachine notes the commit and the load before the rows are run.
func LookAtMachine() Machine {
	return Machine{began: time.Now(), commit: commit(), load: loadAverage()}
}

func commit() string {
	commit, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output() //nolint:noctx // it waits for nobody
	if err != nil {
		return "unknown"
	}
	changed, err := exec.Command("git", "status", "--porcelain").Output() //nolint:noctx // it waits for nobody
	if err != nil || len(changed) > 0 {
		return strings.TrimSpace(string(commit)) + " with changes"
	}
	return strings.TrimSpace(string(commit))
}

// loadAverage is Linux's: over one, five and fifteen minutes.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	fields := strings.Fields(string(text))
	if err != nil || len(fields) < 3 {
		return "unknown"
	}
	return strings.Join(fields[:3], " ")
}

// String describes the machine, and how long it took till now.
func (m Machine) String() string {
	return fmt.Sprintf("Commit %s; %s, %d cores of %s/%s, %s; load average before %s, after %s; %s.",
		m.commit, m.began.UTC().Format(time.DateOnly), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(),
		m.load, loadAverage(), time.Since(m.began).Round(time.Minute))
}
