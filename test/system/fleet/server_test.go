package fleet

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/freeport"
)

// startLimit bounds what a server may take to answer on a busy machine.
const startLimit = 20 * time.Second

// The user and the rights are those of docs/redis.md.
const (
	username, password = "gateway", "right"
	rights             = "on >" + password + " ~liveness-gateway:* resetchannels -@all +ping +hello +auth +info +evalsha +eval +get +set +del +pttl +pexpire +time +zadd +zrem +zcard +zscore +zremrangebyscore"
)

// program returns the path of a program that a Debian package has.
func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	require.NoErrorf(t, err, "this test needs %s; install it with\n\n\tapt-get install --yes --no-install-recommends redis-server redis-sentinel\n", name)
	return path
}

// server is a redis-server, or a redis-sentinel, on a port of its own. It keeps what it is
// given on its disk before it says so.
type server struct {
	t       *testing.T
	program string
	port    int
	folder  string
	config  []string
	// admin is a connection with all rights.
	admin *goredis.Client

	mu      sync.Mutex
	process *exec.Cmd
	output  bytes.Buffer
}

func newServer(t *testing.T, name string, config ...string) *server {
	t.Helper()
	s := &server{t: t, program: program(t, name), port: freePort(t), folder: t.TempDir(), config: config}
	s.admin = goredis.NewClient(&goredis.Options{Addr: s.address(), DialTimeout: time.Second, ReadTimeout: time.Second, MaxRetries: -1, DisableIdentity: true})
	t.Cleanup(func() {
		_ = s.admin.Close()
		s.kill()
		if t.Failed() {
			t.Logf("%s wrote last:\n%s", s.program, s.tail())
		}
	})
	return s
}

// newRedis is a redis-server that runs.
func newRedis(t *testing.T, config ...string) *server {
	t.Helper()
	s := newServer(t, "redis-server", append([]string{
		"appendonly yes", "appendfsync always", `save ""`, "repl-diskless-sync-delay 0", "user " + username + " " + rights,
	}, config...)...)
	s.start()
	return s
}

func freePort(t *testing.T) int {
	t.Helper()
	port, err := freeport.Take()
	require.NoError(t, err)
	return port
}

func (s *server) address() string { return freeport.Address(s.port) }

// start starts the server, with what is left on its disk, and waits until it answers.
func (s *server) start() {
	s.t.Helper()
	file := filepath.Join(s.folder, "redis.conf")
	if _, err := os.Stat(file); err != nil { // a sentinel writes its own
		config := fmt.Sprintf("bind 127.0.0.1\nport %d\ndir %s\n%s\n", s.port, s.folder, strings.Join(s.config, "\n"))
		require.NoError(s.t, os.WriteFile(file, []byte(config), 0o600))
	}
	s.mu.Lock()
	s.process = exec.Command(s.program, file)
	s.process.Stdout, s.process.Stderr = s, s
	err := s.process.Start()
	s.mu.Unlock()
	require.NoError(s.t, err)
	require.Eventually(s.t, func() bool { return s.admin.Ping(context.Background()).Err() == nil }, startLimit, 5*time.Millisecond, "%s does not answer", s.program)
}

// kill ends the server at once.
func (s *server) kill() {
	s.mu.Lock()
	process := s.process
	s.process = nil
	s.mu.Unlock()
	if process != nil && process.Process != nil {
		_ = process.Process.Kill()
		_ = process.Wait()
	}
}

// freeze stops the server where it is, or lets it go on.
func (s *server) freeze(frozen bool) {
	signal := syscall.SIGCONT
	if frozen {
		signal = syscall.SIGSTOP
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil {
		_ = s.process.Process.Signal(signal)
	}
}

// loseDisk removes what the server has kept. It must not run.
func (s *server) loseDisk() {
	s.t.Helper()
	require.NoError(s.t, os.RemoveAll(filepath.Join(s.folder, "appendonlydir")))
}

// do gives the server a command.
func (s *server) do(command ...any) {
	s.t.Helper()
	require.NoError(s.t, s.admin.Do(context.Background(), command...).Err(), "%v", command)
}

// Write takes what the server logs.
func (s *server) Write(text []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.output.Write(text)
}

func (s *server) tail() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	const limit = 2 << 10
	text := s.output.String()
	return text[max(0, len(text)-limit):]
}
