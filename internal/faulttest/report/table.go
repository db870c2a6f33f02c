package report

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
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
