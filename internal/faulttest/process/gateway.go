// Package process is the gateway under test, in a process of its own: how it is started and
// stopped, its log, and what its metrics say it holds. It knows no call, no vendor and no
// package of the gateway.
package process

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"time"
)

// Command is how the gateway under test is started; "serve --config FILE" follows.
type Command struct {
	Path string
	// Args come before these.
	Args []string
	// Env is added to the environment.
	Env []string
}

// Gateway is a gateway in a process of its own, so that its goroutines and descriptors
// are nobody else's.
type Gateway struct {
	// GRPC, REST, Admin and Operator are the addresses that it serves on.
	GRPC, REST, Admin, Operator string

	command *exec.Cmd
	reading sync.WaitGroup
}

const (
	// Patience is how long a run waits for what must happen and is not timed.
	Patience = time.Minute
	// maxLine bounds a line of the log.
	maxLine = 4 << 20
)

// Start runs the gateway and returns when it serves. Read is given the lines of its log but the one
// that says so, by a goroutine that has ended when Stop has returned, or Start an error. If ctx ends,
// so does the gateway.
func (c Command) Start(ctx context.Context, file string, read func(line []byte)) (*Gateway, error) {
	args := append(slices.Clone(c.Args), "serve", "--config", file)
	g := &Gateway{command: exec.CommandContext(ctx, c.Path, args...)} //nolint:gosec // the test says what
	g.command.Env = append(g.command.Environ(), c.Env...)
	stderr, err := g.command.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := g.command.Start(); err != nil {
		return nil, err
	}
	serving := make(chan bool, 2)
	g.reading.Go(func() { g.readLog(stderr, read, serving) })
	kill := time.AfterFunc(Patience, func() { _ = g.command.Process.Kill() })
	defer kill.Stop()
	if !<-serving {
		return nil, fmt.Errorf("the gateway does not start: %w", g.Stop())
	}
	return g, nil
}

// readLog reads the log to its end. It tells that the gateway serves, and at the end
// that it does not.
func (g *Gateway) readLog(log io.Reader, read func(line []byte), serving chan<- bool) {
	defer func() { serving <- false }()
	lines := bufio.NewScanner(log)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		if g.Admin == "" {
			var started struct{ Msg, GRPC, REST, Admin, Operator string }
			if json.Unmarshal(lines.Bytes(), &started) == nil && started.Msg == "serving" {
				g.GRPC, g.REST, g.Admin, g.Operator = started.GRPC, started.REST, started.Admin, started.Operator
				serving <- true
				continue
			}
		}
		read(lines.Bytes())
	}
}

// ID returns the process's id.
func (g *Gateway) ID() int { return g.command.Process.Pid }

// Stop ends the gateway and reads its log to the end.
func (g *Gateway) Stop() error {
	_ = g.command.Process.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(Patience, func() { _ = g.command.Process.Kill() })
	defer kill.Stop()
	g.reading.Wait()
	if err := g.command.Wait(); err != nil {
		return fmt.Errorf("the gateway ended badly: %w", err)
	}
	return nil
}
