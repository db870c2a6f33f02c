// Package suggest says that a name is not known, and which known one may be meant.
package suggest

import (
	"fmt"
	"strings"
)

// Unknown says that there is no thing of that name, and which may be meant.
func Unknown(thing, name string, known []string) string {
	return fmt.Sprintf("unknown %s %q%s", thing, name, Ending(name, known))
}

// Ending is the end of a message about a name that is not known.
func Ending(name string, known []string) string {
	if meant := Nearest(name, known); meant != "" {
		return fmt.Sprintf(", did you mean %q?", meant)
	}
	if len(known) == 0 {
		return ", there are none"
	}
	return ", expected " + strings.Join(known, ", ")
}

// Nearest returns the known name that takes the fewest edits to reach, the first
// of several, "" if all take more than a slip of the hand would.
func Nearest(name string, known []string) string {
	meant, fewest := "", (len(name)+2)/3+1
	for _, candidate := range known {
		if len(name)-len(candidate) >= fewest {
			continue
		}
		if d := distance(name, candidate); d < fewest {
			meant, fewest = candidate, d
		}
	}
	return meant
}

// distance is the Levenshtein distance in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substituted := diagonal
			if a[i] != b[j] {
				substituted++
			}
			diagonal = row[j+1]
			row[j+1] = min(substituted, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
