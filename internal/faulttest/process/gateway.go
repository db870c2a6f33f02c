// Package process is the gateway under test, in a process of its own: how it is started and
// stopped, its log, and what its metrics say it holds. It knows no call, no vendor and no
// package of the gateway.
package process

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// Command is how the gateway under test is started; "serve --config FILE" follows.
type Command struct {
	Path string
	// Env is added to the environment.
	Env []string
}

// Gateway is a gateway in a process of its own, so that its goroutines and descriptors
// are nobody else's.
type Gateway struct {
	// GRPC, REST and Admin are the addresses that it serves on.
	GRPC, REST, Admin string
	// Log is complete when Stop has returned.
	Log Log

	command *exec.Cmd
	read    sync.WaitGroup
}

// Patience is how long a run waits for what must happen and is not timed.
const Patience = time.Minute

// Start runs the gateway and returns when it serves.
func (c Command) Start(file string) (*Gateway, error) {
	p := &Gateway{command: exec.Command(c.Path, "serve", "--config", file)} //nolint:gosec,noctx // the test says what; Stop ends it
	p.command.Env = append(p.command.Environ(), c.Env...)
	stderr, err := p.command.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(stderr)
	lines.Buffer(nil, 1<<20)
	serving := make(chan bool, 2)
	p.read.Go(func() { p.readLog(lines, serving) })
	kill := time.AfterFunc(Patience, func() { _ = p.command.Process.Kill() })
	defer kill.Stop()
	if !<-serving {
		err := p.Stop()
		return nil, fmt.Errorf("the gateway does not start: %w: %q", err, p.Log.Unrecovered)
	}
	return p, nil
}

// readLog reads the log to its end. It tells that the gateway serves, and at the end
// that it does not.
func (p *Gateway) readLog(lines *bufio.Scanner, serving chan<- bool) {
	defer func() { serving <- false }()
	for lines.Scan() {
		var started struct{ Msg, GRPC, REST, Admin string }
		if json.Unmarshal(lines.Bytes(), &started) == nil && started.Msg == "serving" {
			p.GRPC, p.REST, p.Admin = started.GRPC, started.REST, started.Admin
			serving <- true
			continue
		}
		p.Log.Add(lines.Bytes())
	}
}

// Stop ends the gateway and reads its log to the end.
func (p *Gateway) Stop() error {
	_ = p.command.Process.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(Patience, func() { _ = p.command.Process.Signal(os.Kill) })
	defer kill.Stop()
	p.read.Wait()
	if err := p.command.Wait(); err != nil {
		return fmt.Errorf("the gateway ended badly: %w", err)
	}
	return nil
}
