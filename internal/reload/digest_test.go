package reload

import (
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What is no regular file is not waited for.
func TestDigestOfOddFiles(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	taken := make(chan [sha256.Size]byte, 1)
	go func() { taken <- digest([]string{"/dev/zero", pipe, t.TempDir(), filepath.Join(t.TempDir(), "none")}) }()
	select {
	case sum := <-taken:
		require.NotEmpty(t, sum)
	case <-time.After(patience):
		writer, err := os.OpenFile(pipe, os.O_RDWR, 0) // lets it go
		require.NoError(t, errors.Join(err, writer.Close()))
		require.Fail(t, "a pipe is waited for")
	}
	long := filepath.Join(t.TempDir(), "long")
	write(t, long, strings.Repeat("x", maxBytes+1))
	one := digest([]string{long})
	write(t, long, strings.Repeat("x", maxBytes))
	require.Equal(t, one, digest([]string{long}), "more than a configuration may have is not looked at")
}
