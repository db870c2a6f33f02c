package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// The bounds of the gateway's process.
const (
	memoryLimit = 256 << 20 // GOMEMLIMIT
	descriptors = 1024
)

// patience bounds the wait for what must happen and is not timed.
const patience = time.Minute

// process is a gateway in a process of its own.
type process struct {
	command                     *exec.Cmd
	grpc, rest, admin, operator string
	client                      *http.Client
	reading                     sync.WaitGroup
	// strange are lines of stderr that are not the gateway's log, or tell of a panic.
	strange []string
}

// startGateway runs the gateway and returns when it serves.
func startGateway(ctx context.Context, binary, file string) (*process, error) {
	p := &process{
		command: exec.CommandContext(ctx, "sh", "-c", fmt.Sprintf(`ulimit -n %d && exec "$0" serve --config "$1"`, descriptors), binary, file),
		client:  &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience},
	}
	p.command.Env = append(p.command.Environ(), fmt.Sprintf("GOMEMLIMIT=%d", memoryLimit))
	stderr, err := p.command.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	serving := make(chan bool, 2)
	p.reading.Go(func() { p.readLog(stderr, serving) })
	kill := time.AfterFunc(patience, func() { _ = p.command.Process.Kill() })
	defer kill.Stop()
	if !<-serving {
		return nil, fmt.Errorf("the gateway does not start: %w: %q", p.stop(), p.strange)
	}
	return p, nil
}

// mostStrange is how many strange lines are kept.
const mostStrange = 3

// readLog reads the log to its end. It tells that the gateway serves, and at the end that
// it does not.
func (p *process) readLog(stderr io.Reader, serving chan<- bool) {
	defer func() { serving <- false }()
	lines := bufio.NewScanner(stderr)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		line := lines.Text()
		if p.admin == "" {
			var started struct{ Msg, GRPC, REST, Admin, Operator string }
			if json.Unmarshal(lines.Bytes(), &started) == nil && started.Msg == "serving" {
				p.grpc, p.rest, p.admin, p.operator = started.GRPC, started.REST, started.Admin, started.Operator
				serving <- true
				continue
			}
		}
		ours := strings.HasPrefix(line, "{") && strings.HasSuffix(line, "}")
		if (!ours || strings.Contains(line, "panic")) && len(p.strange) < mostStrange {
			p.strange = append(p.strange, line[:min(len(line), 300)])
		}
	}
}

// stop ends the gateway and reads its log to the end.
func (p *process) stop() error {
	_ = p.command.Process.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(patience, func() { _ = p.command.Process.Kill() })
	defer kill.Stop()
	p.reading.Wait()
	if err := p.command.Wait(); err != nil {
		return fmt.Errorf("the gateway ended badly: %w", err)
	}
	return nil
}

// resources are what a gateway holds.
type resources struct {
	goroutines, descriptors, inFlight, heap float64
}

// inFlightGauges are the gateway's metrics of what is going on.
var inFlightGauges = regexp.MustCompile(`^liveness_gateway_\w*(in_?flight|connections|streams)$`)

// resources reads the gateway's metrics after a collection of its garbage.
func (p *process) resources(ctx context.Context) (resources, error) {
	if collected, err := p.get(ctx, p.operator, "/debug/pprof/heap?gc=1"); err == nil {
		_, _ = io.Copy(io.Discard, collected)
		_ = collected.Close()
	}
	metrics, err := p.get(ctx, p.admin, "/metrics")
	if err != nil {
		return resources{}, err
	}
	defer func() { _ = metrics.Close() }()
	return readResources(metrics)
}

// get returns the body of an operators' page.
func (p *process) get(ctx context.Context, listener, path string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+listener+path, http.NoBody)
	if err != nil {
		return nil, err
	}
	answer, err := p.client.Do(request)
	if err != nil {
		return nil, err
	}
	return answer.Body, nil
}

func readResources(text io.Reader) (resources, error) {
	var r resources
	lines := bufio.NewScanner(text)
	for lines.Scan() {
		at := strings.LastIndexByte(lines.Text(), ' ')
		if at < 0 {
			continue
		}
		name, _, _ := strings.Cut(lines.Text()[:at], "{")
		n, err := strconv.ParseFloat(lines.Text()[at+1:], 64)
		if err != nil {
			continue // a comment
		}
		switch {
		case name == "go_goroutines":
			r.goroutines = n
		case name == "process_open_fds":
			r.descriptors = n
		case name == "go_memstats_heap_alloc_bytes":
			r.heap = n
		case inFlightGauges.MatchString(name):
			r.inFlight += n
		}
	}
	return r, lines.Err()
}

// within reports whether no more is held than before, but for what a runtime, its pools and
// the reading of metrics may hold at any time.
func (r resources) within(before resources) bool {
	const moreGoroutines, moreDescriptors, moreHeap = 8, 4, 8 << 20
	return r.goroutines <= before.goroutines+moreGoroutines && r.descriptors <= before.descriptors+moreDescriptors &&
		r.inFlight <= before.inFlight && r.heap <= before.heap+moreHeap
}

func (r resources) String() string {
	return fmt.Sprintf("%.0f goroutines, %.0f descriptors, %.0f in flight, %.1f MiB of heap", r.goroutines, r.descriptors, r.inFlight, r.heap/(1<<20))
}

// peakMemory returns the most memory that the process has had, by Linux's VmHWM.
func (p *process) peakMemory() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "VmHWM:" {
			kib, err := strconv.ParseInt(fields[1], 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("process %d has ended", p.command.Process.Pid)
}
