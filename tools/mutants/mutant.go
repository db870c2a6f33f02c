package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// mutant is a mistake to plant in one file.
type mutant struct {
	name string
	// file is the path from the root of the checkout, in the folder of the tests, if they
	// are not in its own.
	file, in string
	// caughtBy are the tests that must fail, sorted.
	caughtBy []string
	hunks    []hunk
}

// hunk is text that the file holds once, and what replaces it.
type hunk struct{ before, after string }

// caughtByHeader begins the line of a patch, before the difference itself, that names
// the tests.
const caughtByHeader = "Caught by: "

// inHeader begins the line that says which package the tests are of, if it is another than
// the file's.
const inHeader = "In: "

// parse reads a unified difference of one file. Line numbers are not heeded: the lines
// themselves say where a hunk belongs.
func parse(patch string) (*mutant, error) {
	m := &mutant{}
	for line := range strings.Lines(patch) {
		text := strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "@@"):
			m.hunks = append(m.hunks, hunk{})
		case len(m.hunks) > 0:
			if err := m.hunks[len(m.hunks)-1].add(line); err != nil {
				return nil, err
			}
		case strings.HasPrefix(line, caughtByHeader):
			m.caughtBy = strings.Split(strings.TrimPrefix(text, caughtByHeader), ", ")
		case strings.HasPrefix(line, inHeader):
			m.in = strings.TrimPrefix(text, inHeader)
		case strings.HasPrefix(line, "+++ b/"):
			m.file = strings.TrimPrefix(text, "+++ b/")
		}
	}
	if m.file == "" || len(m.caughtBy) == 0 || len(m.hunks) == 0 {
		return nil, fmt.Errorf("needs a line %q, a line \"+++ b/\" and a hunk", caughtByHeader)
	}
	slices.Sort(m.caughtBy)
	return m, nil
}

func (h *hunk) add(line string) error {
	kind, text := line[0], line[1:]
	switch kind {
	case ' ':
		h.before += text
		h.after += text
	case '-':
		h.before += text
	case '+':
		h.after += text
	default:
		return fmt.Errorf("no line of a hunk: %q", line)
	}
	return nil
}

// folder is the package whose tests are run.
func (m *mutant) folder() string {
	if m.in != "" {
		return "./" + m.in
	}
	return "./" + filepath.Dir(m.file)
}

// only are the tests that are run, all if there are none.
func (m *mutant) only() []string {
	if m.in != "" {
		return m.caughtBy
	}
	return nil
}

// apply plants the mistake in the text of the file.
func (m *mutant) apply(source string) (string, error) {
	for _, h := range m.hunks {
		if n := strings.Count(source, h.before); n != 1 {
			return "", fmt.Errorf("no longer applies: its lines are %d times in %s", n, m.file)
		}
		source = strings.Replace(source, h.before, h.after, 1)
	}
	return source, nil
}

// check plants the mistake and reports what the tests make of it, nil if they do what
// the patch says.
func (m *mutant) check(ctx context.Context) error {
	source, err := os.ReadFile(m.file)
	if err != nil {
		return err
	}
	mutated, err := m.apply(string(source))
	if err != nil {
		return err
	}
	overlay, remove, err := m.overlay(mutated)
	if err != nil {
		return err
	}
	defer remove()
	failed, _, err := test(ctx, m.folder(), m.only(), "-overlay", overlay)
	if err != nil {
		return err
	}
	return m.judge(failed)
}

// overlay writes what go's -overlay takes.
func (m *mutant) overlay(mutated string) (file string, remove func(), err error) {
	folder, err := os.MkdirTemp("", "mutant")
	if err != nil {
		return "", nil, err
	}
	remove = func() { _ = os.RemoveAll(folder) }
	path, err := filepath.Abs(m.file)
	if err != nil {
		return "", remove, err
	}
	instead, file := filepath.Join(folder, "mutated.go"), filepath.Join(folder, "overlay.json")
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {path: instead}})
	if err != nil {
		return "", remove, err
	}
	if err := os.WriteFile(instead, []byte(mutated), 0o600); err != nil {
		return "", remove, err
	}
	return file, remove, os.WriteFile(file, overlay, 0o600)
}

// judge compares the tests that failed with those that should.
func (m *mutant) judge(failed []string) error {
	switch {
	case len(failed) == 0:
		return fmt.Errorf("survives: %s should fail", strings.Join(m.caughtBy, ", "))
	case !slices.Equal(failed, m.caughtBy):
		return fmt.Errorf("%s should fail, %s failed", strings.Join(m.caughtBy, ", "), strings.Join(failed, ", "))
	default:
		return nil
	}
}
