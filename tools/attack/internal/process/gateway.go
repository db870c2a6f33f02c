package process

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/liveness-gateway/gateway/internal/faulttest/process"
)

// MemoryLimit is the process's GOMEMLIMIT, in bytes, and descriptors how many it may have open.
const (
	MemoryLimit = 256 << 20
	descriptors = 1024
)

// Patience bounds the wait for what must happen and is not timed.
const Patience = process.Patience

// Gateway is one in a process of its own.
type Gateway struct {
	*process.Gateway

	// Strange are lines of stderr that are not the gateway's log, or tell of a panic. They are whole
	// when Stop has returned.
	Strange []string
	client  *http.Client
}

// Start runs the gateway and returns when it serves.
func Start(ctx context.Context, binary, file string) (g *Gateway, err error) {
	g = &Gateway{client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: process.Patience}}
	command := process.Command{
		Path: "sh", Args: []string{"-c", fmt.Sprintf(`ulimit -n %d && exec "$0" "$@"`, descriptors), binary},
		Env: []string{fmt.Sprintf("GOMEMLIMIT=%d", MemoryLimit)},
	}
	if g.Gateway, err = command.Start(ctx, file, g.read); err != nil {
		return nil, fmt.Errorf("%w: %q", err, g.Strange)
	}
	return g, nil
}

// mostStrange is how many strange lines are kept.
const mostStrange = 3

// read looks at a line of stderr.
func (g *Gateway) read(text []byte) {
	line := string(text)
	ours := strings.HasPrefix(line, "{") && strings.HasSuffix(line, "}")
	if (!ours || strings.Contains(line, "panic")) && len(g.Strange) < mostStrange {
		g.Strange = append(g.Strange, line[:min(len(line), 300)])
	}
}

// Resources are what a gateway holds. InFlight is all that its gauges say is going on, Heap is
// in bytes.
type Resources struct {
	Goroutines, Descriptors, InFlight, Heap float64
}

// inFlightGauges are the gateway's metrics of what is going on.
var inFlightGauges = regexp.MustCompile(`^liveness_gateway_\w*(in_?flight|connections|streams)$`)

// Resources reads the gateway's metrics after a collection of its garbage.
func (g *Gateway) Resources(ctx context.Context) (Resources, error) {
	if collected, err := g.get(ctx, g.Operator, "/debug/pprof/heap?gc=1"); err == nil {
		_, _ = io.Copy(io.Discard, collected)
		_ = collected.Close()
	}
	metrics, err := g.get(ctx, g.Admin, "/metrics")
	if err != nil {
		return Resources{}, err
	}
	defer func() { _ = metrics.Close() }()
	return readResources(metrics)
}

// get returns the body of an operators' page.
func (g *Gateway) get(ctx context.Context, listener, path string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+listener+path, http.NoBody)
	if err != nil {
		return nil, err
	}
	answer, err := g.client.Do(request)
	if err != nil {
		return nil, err
	}
	return answer.Body, nil
}

func readResources(text io.Reader) (Resources, error) {
	var r Resources
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
			r.Goroutines = n
		case name == "process_open_fds":
			r.Descriptors = n
		case name == "go_memstats_heap_alloc_bytes":
			r.Heap = n
		case inFlightGauges.MatchString(name):
			r.InFlight += n
		}
	}
	return r, lines.Err()
}

// Within reports whether no more is held than before, but for what a runtime, its pools and
// the reading of metrics may hold at any time.
func (r Resources) Within(before Resources) bool {
	const moreGoroutines, moreDescriptors, moreHeap = 8, 4, 8 << 20
	return r.Goroutines <= before.Goroutines+moreGoroutines && r.Descriptors <= before.Descriptors+moreDescriptors &&
		r.InFlight <= before.InFlight && r.Heap <= before.Heap+moreHeap
}

// String returns them in words.
func (r Resources) String() string {
	return fmt.Sprintf("%.0f goroutines, %.0f descriptors, %.0f in flight, %.1f MiB of heap", r.Goroutines, r.Descriptors, r.InFlight, r.Heap/(1<<20))
}

// PeakMemory returns the most memory that the process has had, by Linux's VmHWM.
func (g *Gateway) PeakMemory() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", g.ID()))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "VmHWM:" {
			kib, err := strconv.ParseInt(fields[1], 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("process %d has ended", g.ID())
}
