package faulttest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Pool returns the result of a row's runs together.
func Pool(runs []*Report) *Report {
	pooled := &Report{Row: runs[0].Row}
	for _, r := range runs {
		pooled.Calls += r.Calls
		pooled.FailedEarly += r.FailedEarly
		pooled.FailedLate += r.FailedLate
		pooled.Late += r.Late
		pooled.Attempts += r.Attempts
		pooled.MostInACall = max(pooled.MostInACall, r.MostInACall)
		pooled.Retries += r.Retries
		pooled.Foreign += r.Foreign
		pooled.Orphaned += r.Orphaned
		pooled.Unexplained += r.Unexplained
		pooled.Latencies = append(pooled.Latencies, r.Latencies...)
		pooled.Repeated += r.Repeated
		pooled.Lag = max(pooled.Lag, r.Lag)
		pooled.Remark = r.Remark // the last one's
		pooled.Broken = append(pooled.Broken, r.Broken...)
	}
	slices.Sort(pooled.Latencies)
	return pooled
}

// quantile returns the latency that a share of the calls did not exceed.
func (r *Report) quantile(share float64) time.Duration {
	if len(r.Latencies) == 0 {
		return 0
	}
	return r.Latencies[int(share*float64(len(r.Latencies)-1))]
}

const header = `| fault | calls | failed, first 2 s | failed, after | late | attempts a call | at most | retries, % | p50, ms | p99, ms | lag, ms | orphaned | unexplained | |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
`

// String returns the report's row of the table.
func (r *Report) String() string {
	verdict := "held"
	if len(r.Broken) > 0 {
		verdict = "broken"
	}
	if r.Repeated > 0 {
		verdict += fmt.Sprintf(", %d repeated", r.Repeated)
	}
	if r.Remark != "" {
		verdict += ", " + r.Remark
	}
	return fmt.Sprintf("| %s | %d | %d | %d | %d | %.2f | %d | %.1f | %d | %d | %d | %d | %d | %s |",
		r.Row, r.Calls, r.FailedEarly, r.FailedLate, r.Late, float64(r.Attempts)/float64(max(1, r.Calls)), r.MostInACall,
		100*float64(r.Retries)/float64(max(1, r.Attempts)), r.quantile(0.5).Milliseconds(), r.quantile(0.99).Milliseconds(),
		r.Lag.Milliseconds(), r.Orphaned, r.Unexplained, verdict)
}

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

// String tells of the machine, and of how long it took till now.
func (m Machine) String() string {
	return fmt.Sprintf("Commit %s; %s, %d cores of %s/%s, %s; load average before %s, after %s; %s.",
		m.commit, m.began.UTC().Format(time.DateOnly), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(),
		m.load, loadAverage(), time.Since(m.began).Round(time.Minute))
}

// WriteTable writes the table of rows between the marks of the file.
func WriteTable(file string, reports []*Report, before Machine) error {
	var table strings.Builder
	table.WriteString(header)
	for _, r := range reports {
		table.WriteString(r.String() + "\n")
	}
	return WriteBetween(file, "make faults", before, table.String())
}

// WriteBetween writes a table between the mark of the program that writes it and the next
// end mark of the file.
func WriteBetween(file, program string, before Machine, table string) error {
	beginMark, endMark := []byte("<!-- written by "+program+" -->\n"), []byte("<!-- end -->\n")
	page, err := os.ReadFile(file) //nolint:gosec // the caller names it
	if err != nil {
		return err
	}
	head, rest, begins := bytes.Cut(page, beginMark)
	_, tail, ends := bytes.Cut(rest, endMark)
	if !begins || !ends {
		return fmt.Errorf("%s has no marks for the table", file)
	}
	text := fmt.Appendf(nil, "\n%s\n\n%s\n", before, table)
	return os.WriteFile(file, slices.Concat(head, beginMark, text, endMark, tail), 0o644) //nolint:gosec // a page of the checkout
}
