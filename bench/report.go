package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"

	"github.com/liveness-gateway/gateway/bench/internal/procfs"
	"github.com/liveness-gateway/gateway/bench/internal/stats"
)

// table is one of the report.
type table struct {
	title, note string
	header      []string
	rows        [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) markdown() string {
	var text strings.Builder
	_, _ = fmt.Fprintf(&text, "### %s\n\n", t.title)
	if t.note != "" {
		text.WriteString(t.note + "\n\n")
	}
	line := func(cells []string) { text.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(t.header)
	alignment := []string{"---"}
	for range t.header[1:] {
		alignment = append(alignment, "---:")
	}
	line(alignment)
	for _, row := range t.rows {
		line(row)
	}
	return text.String()
}

// number has three significant digits, or all before the point.
func number(value float64) string {
	switch {
	case math.IsNaN(value):
		return "–"
	case math.Abs(value) >= 100:
		return strconv.FormatFloat(value, 'f', 0, 64)
	default:
		return strconv.FormatFloat(value, 'g', 3, 64)
	}
}

// spread is the median of the rounds and their quartiles.
func spread(rounds []float64) string {
	summary := stats.Summarize(rounds)
	if summary.Count == 0 {
		return "–"
	}
	return fmt.Sprintf("%s (%s–%s)", number(summary.Median), number(summary.Low), number(summary.High))
}

// newHeader says what was measured, where and how, as a list. It is made before
// anything is measured: the load average is that of the others.
func newHeader(ctx context.Context, s *setup) (string, error) {
	commit, err := commit(ctx, s.root)
	if err != nil {
		return "", err
	}
	var facts [3]string
	for i, read := range []func() (string, error){procfs.Processor, procfs.Kernel, procfs.LoadAverage} {
		if facts[i], err = read(); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("- command: %#q\n- commit: %s\n- machine: %d cores of %s, %s, Linux %s\n- load average at the start: %s\n",
		strings.Join(append([]string{"go run ./bench"}, s.args...), " "), commit,
		runtime.NumCPU(), facts[0], runtime.Version(), facts[1], facts[2]), nil
}

// commit names what is checked out, and whether files differ from it.
func commit(ctx context.Context, root string) (string, error) {
	command := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty=, with changes", "--abbrev=12")
	command.Dir = root
	output, err := command.Output()
	return strings.TrimSpace(string(output)), err
}

// render puts the report together.
func render(header string, s *setup, tables []table) string {
	var text strings.Builder
	text.WriteString(header)
	_, _ = fmt.Fprintf(&text, "- windows: %d, of which %d were dropped because others used more than %s %% of the machine\n",
		s.windows, s.dropped, number(s.outside*100))
	if s.absent != nil {
		_, _ = fmt.Fprintf(&text, "- not installed: %s\n", strings.Join(s.absent, ", "))
	}
	for i := range tables {
		text.WriteString("\n" + tables[i].markdown())
	}
	return text.String()
}

// The report is between these lines of a page.
const (
	beginMarker = "<!-- Written by go run ./bench -write; do not edit. -->\n"
	endMarker   = "<!-- End of what go run ./bench wrote. -->\n"
)

// writeReport puts the report into the page in the place of the one before.
func writeReport(path, report string) error {
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text, err := replaceReport(string(page), report)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, []byte(text), 0o644)
}

func replaceReport(page, report string) (string, error) {
	before, rest, begun := strings.Cut(page, beginMarker)
	_, after, ended := strings.Cut(rest, endMarker)
	if !begun || !ended {
		return "", fmt.Errorf("the page lacks the line %q or %q behind it", strings.TrimSpace(beginMarker), strings.TrimSpace(endMarker))
	}
	return before + beginMarker + "\n" + report + "\n" + endMarker + after, nil
}
