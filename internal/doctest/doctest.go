// Package doctest takes programs out of the pages that show them, so that tests run
// what readers copy.
package doctest

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Blocks returns the named code blocks of a Markdown file by their names. A block has a
// name if one follows its language: ```go client.go. A name that is used twice fails the
// test.
func Blocks(tb testing.TB, file string) map[string]string {
	tb.Helper()
	page, err := os.ReadFile(file) //nolint:gosec // the test names the file
	require.NoError(tb, err)
	blocks := map[string]string{}
	inside, name := false, ""
	for line := range strings.Lines(string(page)) {
		opening, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && inside:
			inside, name = false, ""
		case fence:
			inside = true
			if words := strings.Fields(opening); len(words) == 2 {
				name = words[1]
				require.NotContains(tb, blocks, name, file)
				blocks[name] = ""
			}
		case name != "":
			blocks[name] += line
		}
	}
	return blocks
}

// Block returns the code block of that name.
func Block(tb testing.TB, file, name string) string {
	tb.Helper()
	blocks := Blocks(tb, file)
	require.Contains(tb, blocks, name, file)
	return blocks[name]
}
