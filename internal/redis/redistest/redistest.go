// Package redistest is a Redis for tests, in this process. It must not know what is kept there.
package redistest

import (
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
)

// Run starts a miniredis for the time of the test. It takes scripts with flags, which it does not
// know, without them.
func Run(t *testing.T) *miniredis.Miniredis {
	t.Helper()
	s := miniredis.RunT(t)
	s.Server().SetPreHook(func(_ *server.Peer, command string, args ...string) bool {
		if strings.EqualFold(command, "EVAL") && strings.HasPrefix(args[0], "#!") {
			_, args[0], _ = strings.Cut(args[0], "\n")
		}
		return false
	})
	return s
}
