package reload

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a configuration of two files, which is refused if one of them says so.
type fake struct {
	main, other string
	reads, used atomic.Int64
	mu          sync.Mutex
	last        string // what is in use
	reading     func() // done between the two files
}

type read struct {
	of   *fake
	text string
}

func (r read) Files() []string { return []string{r.of.main, r.of.other} }

func (r read) Use() error {
	if strings.Contains(r.text, "unusable") {
		return errors.New("it cannot be used")
	}
	r.of.used.Add(1)
	r.of.mu.Lock()
	defer r.of.mu.Unlock()
	r.of.last = r.text
	return nil
}

func (f *fake) read() (string, Candidate, error) {
	f.reads.Add(1)
	main, err := os.ReadFile(f.main)
	if err != nil {
		return "", nil, err
	}
	if f.reading != nil {
		f.reading()
	}
	other, err := os.ReadFile(f.other)
	if err != nil {
		return string(main), nil, err
	}
	if strings.Contains(string(main), "bad") {
		return string(main), nil, errors.New("main:1:1: bad\nmain:2:1: worse")
	}
	return string(main), read{f, string(main) + " " + string(other)}, nil
}

func (f *fake) inUse() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}

func newFake(t *testing.T) *fake {
	t.Helper()
	folder := t.TempDir()
	f := &fake{main: filepath.Join(folder, "main"), other: filepath.Join(t.TempDir(), "other")}
	write(t, f.main, "one")
	write(t, f.other, "a")
	return f
}

func write(t *testing.T, file, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
}

func (f *fake) reloader() (*Reloader, *observer.ObservedLogs) {
	core, logs := observer.New(zapcore.InfoLevel)
	return New(f.read, "one", []string{f.main, f.other}, zap.New(core)), logs
}

func TestReload(t *testing.T) {
	f := newFake(t)
	r, logs := f.reloader()
	write(t, f.main, "two")
	status, err := r.Reload("SIGHUP")
	require.NoError(t, err)
	require.Equal(t, "two", status.Running.SHA256)
	require.Equal(t, int64(1), status.Reloads)
	require.Equal(t, "two a", f.inUse())
	require.Equal(t, int64(1), f.used.Load())
	require.Equal(t, 1, logs.FilterMessage("the configuration was reloaded").Len())
}

// What is refused changes nothing but what is said of it, and is forgotten with the next that
// is not.
func TestRefused(t *testing.T) {
	f := newFake(t)
	r, logs := f.reloader()
	for _, text := range []string{"bad", "unusable"} {
		write(t, f.main, text)
		status, err := r.Reload("SIGHUP")
		require.Error(t, err)
		require.Equal(t, "one", status.Running.SHA256)
		require.Equal(t, text, status.Refused.SHA256)
		require.Equal(t, strings.Split(err.Error(), "\n"), status.Refused.Mistakes)
	}
	require.Zero(t, f.used.Load())
	require.Equal(t, 2, logs.FilterLevelExact(zapcore.ErrorLevel).Len())
	write(t, f.main, "three")
	status, err := r.Reload("SIGHUP")
	require.NoError(t, err)
	require.Nil(t, status.Refused)
}

// A file with a mistake in each line is one line of the log, and not a long one.
func TestMistakesAreBounded(t *testing.T) {
	r := New(func() (string, Candidate, error) {
		return "", nil, errors.New(strings.Repeat("main:1:1: bad\n", 1000))
	}, "", nil, zap.NewNop())
	status, err := r.Reload("SIGHUP")
	require.Error(t, err)
	require.Len(t, status.Refused.Mistakes, MaxMistakes)
}

// Half of one version and half of another is never used: a change between two reads is
// noticed, and so is one that never ends.
func TestVersionsAreNotMixed(t *testing.T) {
	f := newFake(t)
	r, _ := f.reloader()
	swap := sync.OnceFunc(func() {
		write(t, f.main, "two")
		write(t, f.other, "b")
	})
	f.reading = swap
	_, err := r.Reload("SIGHUP")
	require.NoError(t, err)
	require.Equal(t, "two b", f.inUse())

	n := 0
	f.reading = func() { n++; write(t, f.other, strings.Repeat("x", n)) }
	_, err = r.Reload("SIGHUP")
	require.ErrorIs(t, err, errUnrest)
	require.Equal(t, "two b", f.inUse())
}

// watched runs a reloader that looks at files on its own only after the time.
func watched(t *testing.T, f *fake, lookEvery time.Duration) *Reloader {
	t.Helper()
	r, _ := f.reloader()
	w := &watching{Reloader: r, lookEvery: lookEvery, rest: 20 * time.Millisecond}
	ended := make(chan struct{})
	go func() { defer close(ended); w.run(t.Context()) }()
	t.Cleanup(func() { <-ended })
	return r
}

func (f *fake) await(t *testing.T, want string) {
	t.Helper()
	require.Eventually(t, func() bool { return f.inUse() == want }, time.Minute, time.Millisecond, want)
}

// Every way of changing a file is seen.
func TestChangesAreSeen(t *testing.T) {
	f := newFake(t)
	watched(t, f, time.Hour)
	write(t, f.main, "two") // in place
	f.await(t, "two a")
	write(t, f.other+".new", "b")
	require.NoError(t, os.Rename(f.other+".new", f.other))
	f.await(t, "two b")
	require.NoError(t, os.Remove(f.main))
	time.Sleep(100 * time.Millisecond)
	write(t, f.main, "three")
	f.await(t, "three b")
}

// Links may be swapped anywhere on the way to a file.
func TestSwappedLinks(t *testing.T) {
	root := t.TempDir()
	release := func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Join(root, "releases", name, "etc"), 0o700))
		write(t, filepath.Join(root, "releases", name, "etc", "main"), text)
	}
	link := func(name, target string) {
		require.NoError(t, os.Symlink(target, filepath.Join(root, "new")))
		require.NoError(t, os.Rename(filepath.Join(root, "new"), filepath.Join(root, name)))
	}
	release("1", "one")
	release("2", "two")
	release("3", "three")
	link("current", "releases/1")
	link("configuration", filepath.Join(root, "current", "etc"))
	f := newFake(t)
	f.main = filepath.Join(root, "configuration", "main")
	watched(t, f, time.Hour)
	link("current", "releases/2")
	f.await(t, "two a")
	link("configuration", "releases/3/etc")
	f.await(t, "three a")
	write(t, filepath.Join(root, "releases", "3", "etc", "main"), "four")
	f.await(t, "four a")
	require.NoError(t, os.RemoveAll(filepath.Join(root, "releases", "1"))) // it matters no more
}

// A file that is being written is taken once, when it rests.
func TestFilesRestFirst(t *testing.T) {
	f := newFake(t)
	watched(t, f, time.Hour)
	time.Sleep(50 * time.Millisecond)
	for n := range 100 {
		write(t, f.main, strings.Repeat("x", n+1))
		time.Sleep(2 * time.Millisecond)
	}
	f.await(t, strings.Repeat("x", 100)+" a")
	require.LessOrEqual(t, f.used.Load(), int64(3)) // a machine may pause for longer than files rest
}

// Where nothing tells of a change, files are looked at now and then; one that was refused is
// tried again, as what is wrong may lie where nobody looks.
func TestFilesAreLookedAt(t *testing.T) {
	f := newFake(t)
	unknown := filepath.Join(t.TempDir(), "unknown")
	f.reading = nil
	r := New(func() (string, Candidate, error) {
		if _, err := os.Stat(unknown); err != nil {
			return "", nil, err
		}
		return f.read()
	}, "one", []string{f.main, f.other}, zap.NewNop())
	_, err := r.Reload("SIGHUP")
	require.Error(t, err)
	w := &watching{Reloader: r, lookEvery: 10 * time.Millisecond, rest: 10 * time.Millisecond}
	ended := make(chan struct{})
	go func() { defer close(ended); w.run(t.Context()) }()
	t.Cleanup(func() { <-ended })
	time.Sleep(100 * time.Millisecond)
	require.NotNil(t, r.Status().Refused)
	write(t, unknown, "")
	f.await(t, "one a")
}

// What is no regular file is not waited for.
func TestDigestOfOddFiles(t *testing.T) {
	sum := digest([]string{"/dev/zero", t.TempDir(), filepath.Join(t.TempDir(), "none")})
	require.NotEmpty(t, sum)
	long := filepath.Join(t.TempDir(), "long")
	write(t, long, strings.Repeat("x", maxBytes+1))
	one := digest([]string{long})
	write(t, long, strings.Repeat("x", maxBytes))
	require.Equal(t, one, digest([]string{long}), "more than a configuration may have is not looked at")
}

func TestFoldersAreBounded(t *testing.T) {
	files := make([]string, 1000)
	for i := range files {
		files[i] = filepath.Join(string(filepath.Separator), strings.Repeat("x", i+1), "file")
	}
	require.Len(t, foldersOf(files), maxFolders)
	loop := filepath.Join(t.TempDir(), "loop")
	require.NoError(t, os.Symlink(loop, loop))
	require.NotEmpty(t, foldersOf([]string{loop}))
}
