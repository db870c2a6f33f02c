package faulttest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
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

// process is a gateway in a process of its own, so that its goroutines and descriptors
// are nobody else's.
type process struct {
	command           *exec.Cmd
	grpc, rest, admin string
	log               gatewayLog
	read              sync.WaitGroup
}

// patience is how long a run waits for what must happen and is not timed.
const patience = time.Minute

// start runs the gateway and returns when it serves.
func (c Command) start(file string) (*process, error) {
	p := &process{command: exec.Command(c.Path, "serve", "--config", file)} //nolint:gosec,noctx // the test says what; stop ends it
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
	kill := time.AfterFunc(patience, func() { _ = p.command.Process.Kill() })
	defer kill.Stop()
	if !<-serving {
		err := p.stop()
		return nil, fmt.Errorf("the gateway does not start: %w: %q", err, p.log.unrecovered)
	}
	return p, nil
}

// readLog reads the log to its end. It tells that the gateway serves, and at the end
// that it does not.
func (p *process) readLog(lines *bufio.Scanner, serving chan<- bool) {
	defer func() { serving <- false }()
	for lines.Scan() {
		var started struct{ Msg, GRPC, REST, Admin string }
		if json.Unmarshal(lines.Bytes(), &started) == nil && started.Msg == "serving" {
			p.grpc, p.rest, p.admin = started.GRPC, started.REST, started.Admin
			serving <- true
			continue
		}
		p.log.add(lines.Bytes())
	}
}

// stop ends the gateway and reads its log to the end.
func (p *process) stop() error {
	_ = p.command.Process.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(patience, func() { _ = p.command.Process.Signal(os.Kill) })
	defer kill.Stop()
	p.read.Wait()
	if err := p.command.Wait(); err != nil {
		return fmt.Errorf("the gateway ended badly: %w", err)
	}
	return nil
}

// resources are what a gateway holds.
type resources struct {
	goroutines, descriptors float64
	// inFlight is the number of slots that are taken, and reported whether the gateway
	// says so.
	inFlight float64
	reported bool
}

// resources reads the gateway's metrics.
func (p *process) resources(ctx context.Context) (resources, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.admin+"/metrics", http.NoBody)
	if err != nil {
		return resources{}, err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return resources{}, err
	}
	defer func() { _ = response.Body.Close() }()
	return readResources(response.Body)
}

func readResources(text io.Reader) (resources, error) {
	var r resources
	lines := bufio.NewScanner(text)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		name, _, _ = strings.Cut(name, "{")
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			continue // a comment, or labels with a blank in them
		}
		switch name {
		case "go_goroutines":
			r.goroutines = n
		case "process_open_fds":
			r.descriptors = n
		case "liveness_gateway_vendor_inflight":
			r.inFlight += n
			r.reported = true
		}
	}
	return r, lines.Err()
}
