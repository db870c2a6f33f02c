package classes

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Classes are told apart by their titles, on the command line too.
func TestTitles(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range All() {
		require.NotContains(t, seen, c.Title())
		seen[c.Title()] = true
		require.Regexp(t, `^(HTTP/1|HTTP/2|gRPC|JSON|multipart|protobuf|vendor): `, c.Title())
	}
}
