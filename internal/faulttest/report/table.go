package report

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

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

const (
	beginMark = "<!-- written by make faults -->\n"
	endMark   = "<!-- end -->\n"
)

// WriteTable writes the table between the marks of the file.
func WriteTable(file string, reports []*Report, before Machine) error {
	page, err := os.ReadFile(file) //nolint:gosec // the caller names it
	if err != nil {
		return err
	}
	head, rest, begins := bytes.Cut(page, []byte(beginMark))
	_, tail, ends := bytes.Cut(rest, []byte(endMark))
	if !begins || !ends {
		return fmt.Errorf("%s has no marks for the table", file)
	}
	var table strings.Builder
	fmt.Fprintf(&table, "\nCommit %s; %s, %d cores of %s/%s, %s; load average before %s, after %s; %s.\n\n",
		before.commit, before.began.UTC().Format(time.DateOnly), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(),
		before.load, loadAverage(), time.Since(before.began).Round(time.Minute))
	table.WriteString(header)
	for _, r := range reports {
		table.WriteString(r.String() + "\n")
	}
	table.WriteString("\n")
	return os.WriteFile(file, slices.Concat(head, []byte(beginMark), []byte(table.String()), []byte(endMark), tail), 0o644) //nolint:gosec // a page of the checkout
}
