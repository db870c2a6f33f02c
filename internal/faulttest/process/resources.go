package process

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Resources are what a gateway holds.
type Resources struct {
	Goroutines, Descriptors float64
	// InFlight is the number of slots that are taken, and Reported whether the gateway
	// says so.
	InFlight float64
	Reported bool
}

// Resources reads the gateway's metrics.
func (g *Gateway) Resources(ctx context.Context) (Resources, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+g.Admin+"/metrics", http.NoBody)
	if err != nil {
		return Resources{}, err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return Resources{}, err
	}
	defer func() { _ = response.Body.Close() }()
	return readResources(response.Body)
}

func readResources(text io.Reader) (Resources, error) {
	var r Resources
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
			r.Goroutines = n
		case "process_open_fds":
			r.Descriptors = n
		case "liveness_gateway_vendor_inflight":
			r.InFlight += n
			r.Reported = true
		}
	}
	return r, lines.Err()
}

// Within reports whether no more is held than before, but for what a runtime and the
// reading of metrics may hold at any time.
func (r Resources) Within(before Resources) bool {
	const moreGoroutines, moreDescriptors = 5, 3
	return r.Goroutines <= before.Goroutines+moreGoroutines && r.Descriptors <= before.Descriptors+moreDescriptors &&
		r.InFlight == 0
}
