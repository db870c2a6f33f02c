package reload

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
)

// writeAt writes a file in place, as of a time: that of two writes at once may be the same.
func writeAt(t *testing.T, file, text string, at time.Time) {
	t.Helper()
	write(t, file, text)
	require.NoError(t, os.Chtimes(file, at, at))
}

// A file that is written between two looks does not rest, although both find the same in it: it
// may be half-written each time. What is taken is told by what it holds alone.
func TestFilesWrittenBetweenLooksDoNotRest(t *testing.T) {
	f := newFake(t)
	r, _ := f.reloader()
	w := &watching{Reloader: r}
	require.False(t, w.look())
	now := time.Now()
	for n := range 10 {
		writeAt(t, f.main, "two", now.Add(time.Duration(n)*time.Second))
		require.True(t, w.look(), "it is looked at again")
	}
	writeAt(t, f.main, "owt", now.Add(9*time.Second))
	require.True(t, w.look(), "its time may be the same")
	replace(t, f.main, "two")
	require.NoError(t, os.Chtimes(f.main, now.Add(9*time.Second), now.Add(9*time.Second)))
	require.True(t, w.look(), "another file took its place")
	require.Zero(t, f.reads.Load())
	require.False(t, w.look())
	require.Equal(t, "two a", f.inUse())
	reads := f.reads.Load()
	for n := range 3 {
		writeAt(t, f.main, "two", now.Add(time.Duration(n)*time.Minute))
		require.False(t, w.look())
	}
	require.Equal(t, reads, f.reads.Load(), "what is written anew and holds the same is not read")
}

// What was read while a file was written is not used, although it held the same before and after.
func TestFilesWrittenWhileTheyAreReadDoNotRest(t *testing.T) {
	f := newFake(t)
	now, n := time.Now(), 0
	r := New(func() (string, Candidate, error) {
		write(t, f.other, "half")
		hash, candidate, err := f.read()
		n++
		writeAt(t, f.other, "a", now.Add(time.Duration(n)*time.Second))
		return hash, candidate, err
	}, "one", f.held(), zap.NewNop())
	_, err := r.Reload("SIGHUP")
	require.ErrorIs(t, err, errUnrest)
	require.Zero(t, f.used.Load())
}
