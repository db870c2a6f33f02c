// Package rig builds and runs the processes of a benchmark: the vendor's stand-in, the
// gateway, and what it is compared with.
package rig

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/liveness-gateway/gateway/bench/internal/procfs"
)

const (
	// startLimit bounds what a process may take to listen on a busy machine.
	startLimit = 30 * time.Second
	stopLimit  = 15 * time.Second
	// pollInterval is the resolution of a start-up time.
	pollInterval = 200 * time.Microsecond
)

// Command says what to run.
type Command struct {
	// Name is for messages and for the log file.
	Name string
	Args []string
	// Env is added to the benchmark's own.
	Env []string
	// Listens are the addresses on which the process has to listen to be ready.
	Listens []string
}

// Process is a running program. Its output goes to a file.
type Process struct {
	// Started is when it was started.
	Started time.Time
	// LogFile is where its output goes.
	LogFile string

	command *exec.Cmd
	ended   chan struct{}
	name    string
}

// Start runs a program and returns when it listens.
func Start(ctx context.Context, folder string, c Command) (*Process, error) {
	log, err := os.CreateTemp(folder, c.Name+"-*.log")
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	p := &Process{LogFile: log.Name(), name: c.Name, ended: make(chan struct{})}
	p.command = exec.CommandContext(ctx, c.Args[0], c.Args[1:]...)
	p.command.Env = append(p.command.Environ(), c.Env...)
	p.command.Stdout, p.command.Stderr = log, log
	// If the benchmark is killed, so are its children.
	p.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p.Started = time.Now()
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = p.command.Wait()
		close(p.ended)
	}()
	for _, address := range c.Listens {
		if err := p.await(ctx, address); err != nil {
			return nil, errors.Join(err, p.Stop())
		}
	}
	return p, nil
}

// await returns when something listens at the address.
func (p *Process) await(ctx context.Context, address string) error {
	dialer := net.Dialer{Timeout: time.Second}
	for deadline := time.Now().Add(startLimit); time.Now().Before(deadline); time.Sleep(pollInterval) {
		connection, err := dialer.DialContext(ctx, "tcp", address)
		if err == nil {
			return connection.Close()
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended before it listened; it wrote: %s", p.name, p.logTail())
		case <-ctx.Done():
			return ctx.Err()
		default:
		}
	}
	return fmt.Errorf("%s does not listen on %s after %s; it wrote: %s", p.name, address, startLimit, p.logTail())
}

// Stop ends the process, by force if it does not obey, and returns when it has ended.
func (p *Process) Stop() error {
	_ = p.command.Process.Signal(syscall.SIGTERM)
	stuck := time.NewTimer(stopLimit)
	defer stuck.Stop()
	select {
	case <-p.ended:
		return nil
	case <-stuck.C:
		_ = p.command.Process.Kill()
		<-p.ended
		return fmt.Errorf("%s did not end within %s", p.name, stopLimit)
	}
}

// Pids returns the ids of the process and its children.
func (p *Process) Pids() ([]int, error) { return procfs.Family(p.command.Process.Pid) }

// logTail is enough of the log's end to see why a process failed.
func (p *Process) logTail() string {
	const limit = 2 << 10
	text, err := os.ReadFile(p.LogFile)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-limit):])
}

// Build compiles a package of the module in a folder as a release is built, and returns
// the program's path.
func Build(ctx context.Context, module, pkg, output string) (string, error) {
	path, err := filepath.Abs(output)
	if err != nil {
		return "", err
	}
	command := exec.CommandContext(ctx, "go", "build", "-C", module, "-trimpath", "-tags=grpcnotrace", "-ldflags=-s -w", "-o", path, pkg)
	command.Env = append(command.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s does not build: %w\n%s", pkg, err, output)
	}
	return path, nil
}
