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

func (e Errors) sort() {
	slices.SortStableFunc(e, func(a, b Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// Error is one mistake in a file. Its message names keys, accounts, variables and
// files, but shows no secret, nor any value in the place of a reference to one.
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
