package files_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/files"
)

// patience is how long tests wait for what takes milliseconds on a machine that is not busy.
const patience = 20 * time.Second

func write(t *testing.T, file, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
}

// What is no regular file is not waited for, and nothing is read without an end.
func TestOddFiles(t *testing.T) {
	folder := t.TempDir()
	pipe, long := filepath.Join(folder, "pipe"), filepath.Join(folder, "long")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	write(t, long, strings.Repeat("x", files.MaxBytes+1))
	for name, want := range map[string]string{
		pipe:                          "it is not a regular file",
		"/dev/zero":                   "it is not a regular file",
		"/dev/null":                   "it is not a regular file",
		folder:                        "is a directory",
		filepath.Join(folder, "none"): "no such file or directory",
		long:                          "it is larger than 4 MiB",
	} {
		failed := make(chan error, 1)
		go func() {
			_, err := files.Read(name)
			failed <- err
		}()
		select {
		case err := <-failed:
			require.ErrorAs(t, err, new(*fs.PathError), name)
			require.Equal(t, want, files.Cause(err), name)
		case <-time.After(patience):
			writer, err := os.OpenFile(pipe, os.O_RDWR, 0) // lets it go
			require.NoError(t, err)
			require.NoError(t, writer.Close())
			require.Fail(t, "it is waited for", name)
		}
	}
	write(t, long, strings.Repeat("x", files.MaxBytes))
	text, err := files.Read(long)
	require.NoError(t, err)
	require.Len(t, text, files.MaxBytes)
}

// What was read is told by the same sums as what is looked at, and of a file that was read twice
// what it held first.
func TestSumsOfWhatWasRead(t *testing.T) {
	folder := t.TempDir()
	first, second, none := filepath.Join(folder, "first"), filepath.Join(folder, "second"), filepath.Join(folder, "none")
	write(t, first, "one")
	write(t, second, "")
	var reader files.Reader
	reader.Note(first, []byte("one"))
	for _, name := range []string{second, none, second} {
		_, _ = reader.Read(name)
	}
	held := reader.Held()
	require.Equal(t, []string{first, second, none}, held.Names())
	look := files.LookAt(held.Names())
	require.True(t, look.Same(held))
	require.Equal(t, held[1], look.Of(second))
	require.Zero(t, look.Of("another"))

	write(t, second, "two")
	_, err := reader.Read(second)
	require.NoError(t, err)
	require.Equal(t, held, reader.Held())
	require.False(t, files.LookAt(held.Names()).Same(held))

	write(t, second, "")
	write(t, none, "")
	require.False(t, files.LookAt(held.Names()).Same(held), "an empty file is not one that there is not")
}

// Files rest if nobody has written them between two looks, be it the same text.
func TestRest(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	names, at := []string{file}, time.Now()
	before := files.LookAt(names)
	require.True(t, files.LookAt(names).Rested(before), "there is none, as before")
	for reason, change := range map[string]func(){
		"it was written anew":   func() { write(t, file, "text") },
		"it holds another text": func() { write(t, file, "next") },
		"another took its place": func() {
			write(t, file+".new", "next")
			require.NoError(t, os.Rename(file+".new", file))
		},
	} {
		write(t, file, "text")
		require.NoError(t, os.Chtimes(file, at, at))
		before = files.LookAt(names)
		require.True(t, files.LookAt(names).Rested(before))
		change()
		if reason != "it was written anew" {
			require.NoError(t, os.Chtimes(file, at, at))
		}
		require.False(t, files.LookAt(names).Rested(before), reason)
	}
	require.NoError(t, os.Remove(file))
	require.False(t, files.LookAt(names).Rested(before))
}
