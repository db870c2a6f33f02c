package reload

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
)

// watched runs a reloader that looks at files on its own only after the time.
func watched(t *testing.T, f *fake, lookEvery time.Duration) *Reloader {
	t.Helper()
	r, _ := f.reloader()
	watch(t, r, lookEvery)
	return r
}

// watch runs the reloader until the end of the test.
func watch(t *testing.T, r *Reloader, lookEvery time.Duration) {
	t.Helper()
	w := &watching{Reloader: r, lookEvery: lookEvery, rest: min(lookEvery, testRest)}
	ended := make(chan struct{})
	go func() { defer close(ended); w.run(t.Context()) }()
	t.Cleanup(func() { <-ended })
}

// testRest is how long files must not change in tests.
const testRest = 20 * time.Millisecond

// patience is how long tests wait for what takes milliseconds on a machine that is not busy.
const patience = 20 * time.Second

func (f *fake) await(t *testing.T, want string) {
	t.Helper()
	require.Eventually(t, func() bool { return f.inUse() == want }, patience, time.Millisecond, want)
}

// Every way of changing a file is seen.
func TestChangesAreSeen(t *testing.T) {
	f := newFake(t)
	watched(t, f, time.Hour)
	write(t, f.main, "two") // in place
	f.await(t, "two a")
	replace(t, f.other, "b")
	f.await(t, "two b")
	require.NoError(t, os.Remove(f.main))
	time.Sleep(100 * time.Millisecond)
	write(t, f.main, "three")
	f.await(t, "three b")
}

// What changed between the reading of a configuration and the first look at its files is seen.
func TestChangesBeforeTheFirstLookAreSeen(t *testing.T) {
	f := newFake(t)
	r, _ := f.reloader()
	write(t, f.main, "two")
	watch(t, r, time.Hour)
	f.await(t, "two a")
}

// What is mended while a configuration is read and refused is seen.
func TestChangesWhileAConfigurationIsRefusedAreSeen(t *testing.T) {
	f := newFake(t)
	r, _ := f.reloader()
	write(t, f.main, "bad")
	f.reading = func() { write(t, f.main, "three") }
	_, err := r.Reload("SIGHUP")
	require.ErrorContains(t, err, "bad")
	f.reading = nil
	watch(t, r, time.Hour)
	f.await(t, "three a")
}

// The files that are watched are those of the configuration in use, also where it is refused
// afterwards.
func TestNewFilesAreWatched(t *testing.T) {
	f := newFake(t)
	watched(t, f, time.Hour)
	f.mu.Lock()
	before := f.other
	f.other = filepath.Join(t.TempDir(), "another")
	write(t, f.other, "b")
	f.mu.Unlock()
	write(t, f.main, "two")
	f.await(t, "two b")
	write(t, f.other, "c")
	f.await(t, "two c")
	reads := f.reads.Load()
	write(t, before, "d")
	time.Sleep(100 * time.Millisecond)
	require.Equal(t, reads, f.reads.Load(), "nothing is read for a file that is none of it any more")
	write(t, f.main, "bad")
	require.Eventually(t, func() bool { return f.reads.Load() > reads }, patience, time.Millisecond)
	write(t, f.main, "three")
	f.await(t, "three c")
}

// Files that come with a reload that somebody asks for are watched from then on.
func TestFilesOfAReloadThatIsAskedForAreWatched(t *testing.T) {
	f := newFake(t)
	r := watched(t, f, time.Hour)
	time.Sleep(100 * time.Millisecond) // nothing is left to be looked at
	f.mu.Lock()
	f.other = filepath.Join(t.TempDir(), "another")
	write(t, f.other, "b")
	f.mu.Unlock()
	_, err := r.Reload("SIGHUP")
	require.NoError(t, err)
	require.Equal(t, "one b", f.inUse())
	write(t, f.other, "c")
	f.await(t, "one c")
}

// A folder may go and another come under its name, of which nothing tells.
func TestFoldersThatComeAgainAreSeen(t *testing.T) {
	f := newFake(t)
	watched(t, f, 50*time.Millisecond)
	write(t, f.main, "two")
	f.await(t, "two a")
	folder := filepath.Dir(f.main)
	require.NoError(t, os.Rename(folder, folder+"-before"))
	time.Sleep(200 * time.Millisecond)
	require.NoError(t, os.Mkdir(folder, 0o700))
	write(t, f.main, "three")
	f.await(t, "three a")
	time.Sleep(100 * time.Millisecond)
	write(t, f.main, "four")
	f.await(t, "four a")
}

// A file that is changed under another of its names is seen, although nothing tells of it.
func TestFilesThatNothingTellsOfAreSeen(t *testing.T) {
	f := newFake(t)
	alias := filepath.Join(t.TempDir(), "alias")
	require.NoError(t, os.Link(f.main, alias))
	watched(t, f, 50*time.Millisecond)
	for _, text := range []string{"two", "three"} {
		time.Sleep(100 * time.Millisecond)
		write(t, alias, text)
		f.await(t, text+" a")
	}
}

// Folders that matter no more are not watched: versions come and go for months.
func TestFoldersAreLeft(t *testing.T) {
	f := newFake(t)
	r, _ := f.reloader()
	watcher, err := fsnotify.NewWatcher()
	require.NoError(t, err)
	defer func() { require.NoError(t, watcher.Close()) }()
	w := &watching{Reloader: r, watcher: watcher}
	for range 20 {
		file := filepath.Join(t.TempDir(), "file")
		r.files = []string{f.main, file}
		w.follow()
		require.ElementsMatch(t, []string{filepath.Dir(f.main), filepath.Dir(file)}, watcher.WatchList())
	}
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
	time.Sleep(100 * time.Millisecond) // nothing is left to be looked at
	write(t, filepath.Join(root, "releases", "3", "etc", "main"), "four")
	f.await(t, "four a")
	require.NoError(t, os.RemoveAll(filepath.Join(root, "releases", "1"))) // it matters no more
}

// A file that is being written is taken once, when it rests.
func TestFilesRestFirst(t *testing.T) {
	f := newFake(t)
	watched(t, f, time.Hour)
	time.Sleep(50 * time.Millisecond)
	pauses, last := int64(0), time.Now()
	for n := range 100 {
		began := time.Now()
		write(t, f.main, strings.Repeat("x", n+1))
		if time.Since(last) >= testRest { // a busy machine has the file rest
			pauses++
		}
		last = began
		time.Sleep(2 * time.Millisecond)
	}
	f.await(t, strings.Repeat("x", 100)+" a")
	require.LessOrEqual(t, f.used.Load(), 3+pauses)
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
	}, "one", f.held(), zap.NewNop())
	_, err := r.Reload("SIGHUP")
	require.Error(t, err)
	watch(t, r, 10*time.Millisecond)
	time.Sleep(100 * time.Millisecond)
	require.NotNil(t, r.Status().Refused)
	write(t, unknown, "")
	f.await(t, "one a")
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
