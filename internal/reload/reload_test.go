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

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/liveness-gateway/gateway/internal/files"
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

func (r read) Files() []string { return []string{r.of.main, r.of.second()} }

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

// second is the other file, which a test may replace by another one.
func (f *fake) second() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.other
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
	other, err := os.ReadFile(f.second())
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

// replace puts another file in the place of one, which is never half-written.
func replace(t *testing.T, file, text string) {
	t.Helper()
	write(t, file+".new", text)
	require.NoError(t, os.Rename(file+".new", file))
}

// held is what its files hold at the moment.
func (f *fake) held() files.Sums { return files.LookAt([]string{f.main, f.other}).Sums }

func (f *fake) reloader() (*Reloader, *observer.ObservedLogs) {
	core, logs := observer.New(zapcore.InfoLevel)
	return New(f.read, "one", f.held(), zap.New(core)), logs
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
	require.WithinDuration(t, time.Now(), status.Running.Time, time.Minute)
	status, err = r.Reload("POST /reload")
	require.NoError(t, err)
	require.Equal(t, int64(2), status.Reloads)
	var told []map[string]any
	for _, line := range logs.FilterMessage("the configuration was reloaded").All() {
		told = append(told, line.ContextMap())
	}
	require.Equal(t, []map[string]any{
		{"cause": "SIGHUP", "sha256": "two", "changed": true},
		{"cause": "POST /reload", "sha256": "two", "changed": false},
	}, told)
}

// Reloads that are asked for at once happen one after another.
func TestReloadsHappenInTurn(t *testing.T) {
	f := newFake(t)
	r, _ := f.reloader()
	var reading, most atomic.Int64
	f.reading = func() {
		most.Store(max(most.Load(), reading.Add(1)))
		time.Sleep(5 * time.Millisecond)
		reading.Add(-1)
	}
	var asking sync.WaitGroup
	for range 8 {
		asking.Go(func() {
			_, err := r.Reload("SIGHUP")
			assert.NoError(t, err)
		})
	}
	asking.Wait()
	require.Equal(t, int64(1), most.Load())
	require.Equal(t, int64(8), r.Status().Reloads)
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

// What is wrong is logged when it is found, with the versions that it is told by; not again while
// nothing changes, although it is tried again.
func TestRefusalsAreLoggedOnce(t *testing.T) {
	f := newFake(t)
	r, logs := f.reloader()
	watch(t, r, 10*time.Millisecond)
	refusals := func() []observer.LoggedEntry { return logs.FilterLevelExact(zapcore.ErrorLevel).All() }
	for n, text := range []string{"bad", "bad as well"} {
		replace(t, f.main, text)
		require.Eventually(t, func() bool { return len(refusals()) > n }, patience, time.Millisecond)
		reads := f.reads.Load()
		require.Eventually(t, func() bool { return f.reads.Load() > reads+5 }, patience, time.Millisecond, "it is tried again")
		require.Len(t, refusals(), n+1)
		told := refusals()[n].ContextMap()
		require.Contains(t, []any{"its files changed", again}, told["cause"])
		delete(told, "cause")
		require.Equal(t, map[string]any{"sha256": text, "running_sha256": "one", "mistakes": []any{"main:1:1: bad", "main:2:1: worse"}}, told)
	}
	_, err := r.Reload("SIGHUP") // who asks is told
	require.Error(t, err)
	require.Len(t, refusals(), 3)
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
