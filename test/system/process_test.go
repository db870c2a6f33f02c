package system

import (
	"bytes"
	"os/exec"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	// startLimit bounds what a program may take to be ready on a busy machine.
	startLimit = 30 * time.Second
	stopLimit  = 30 * time.Second
)

// process is a running program.
type process struct {
	*exec.Cmd
	output transcript
}

// start runs a program to the end of the test. It must then end on SIGTERM, with
// status 0.
func start(t *testing.T, command *exec.Cmd) *process {
	t.Helper()
	p := &process{Cmd: command}
	p.Stdout, p.Stderr = &p.output, &p.output
	require.NoError(t, p.Start())
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s wrote last:\n%s", p.Path, p.output.tail())
		}
		p.stop(t)
	})
	return p
}

// stop ends the program, if it has not been stopped yet.
func (p *process) stop(t *testing.T) {
	t.Helper()
	if p.ProcessState != nil {
		return
	}
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	stuck := time.AfterFunc(stopLimit, func() { _ = p.Process.Kill() })
	defer stuck.Stop()
	require.NoError(t, p.Wait(), "%s did not end well on SIGTERM", p.Path)
}

// await returns what the group of the pattern matches once the program has written it.
func (p *process) await(t *testing.T, pattern string) string {
	t.Helper()
	var found []string
	wanted := regexp.MustCompile(pattern)
	require.Eventually(t, func() bool {
		found = wanted.FindStringSubmatch(p.output.String())
		return found != nil
	}, startLimit, 10*time.Millisecond, "%s never wrote %s", p.Path, pattern)
	return found[1]
}

// transcript is a buffer that may be read while a program writes.
type transcript struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (t *transcript) Write(text []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buffer.Write(text)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buffer.String()
}

// tail is enough of the end to see why a program failed.
func (t *transcript) tail() string {
	const limit = 4 << 10
	text := t.String()
	return text[max(0, len(text)-limit):]
}
