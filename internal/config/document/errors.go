package document

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Errors are all mistakes of one file, by position.
type Errors []Error

// Error returns every mistake on a line of its own.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i := range e {
		lines[i] = e[i].Error()
	}
	return strings.Join(lines, "\n")
}

// maxErrors bounds how many mistakes are reported: a file of another kind has one on every line.
const maxErrors = 100

// mistake is an Error and how many were found before it.
type mistake struct {
	Error

	before int
}

// sorted returns the mistakes by position, those at one place in the order in which they were
// found.
func sorted(mistakes []mistake) Errors {
	slices.SortFunc(mistakes, func(a, b mistake) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.before, b.before))
	})
	errs := make(Errors, 0, maxErrors+1)
	for _, m := range mistakes {
		if len(errs) == maxErrors {
			m.Message = fmt.Sprintf("%d more mistakes from here on", len(mistakes)-maxErrors)
			return append(errs, m.Error)
		}
		errs = append(errs, m.Error)
	}
	return errs
}

// Error is one mistake in a file. Its message names keys, accounts, variables and
// files, but shows no secret, nor any value in place of a reference to one.
type Error struct {
	File string
	// Line and Column count characters from 1; both are 0 if the mistake is not at
	// one place in the file.
	Line, Column int
	Message      string
}

// Error returns "file:line:column: message", without what is 0.
func (e Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Message
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}
