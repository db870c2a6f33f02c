// Package memstats exports and reads what a Go process has allocated, under the names
// that client_golang's collector gives these figures, so that the gateway and what it
// is compared with are read alike.
package memstats

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
)

const (
	objectsName    = "go_memstats_mallocs_total"
	bytesName      = "go_memstats_alloc_bytes_total"
	goroutinesName = "go_goroutines"
)

// Stats is what a process has allocated since it began, and what it runs.
type Stats struct {
	Objects, Bytes, Goroutines float64
}

// Handler answers with the process's own figures.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		_, _ = fmt.Fprintf(w, "%s %d\n%s %d\n%s %d\n", objectsName, stats.Mallocs,
			bytesName, stats.TotalAlloc, goroutinesName, runtime.NumGoroutine())
	})
}

// Fetch reads the figures of a process from its metrics page. Counters of a page may
// be rounded to seven digits or more by the exposition format's floats.
func Fetch(ctx context.Context, client *http.Client, url string) (Stats, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return Stats{}, err
	}
	response, err := client.Do(request)
	if err != nil {
		return Stats{}, err
	}
	defer func() { _ = response.Body.Close() }()
	return parse(response.Body)
}

func parse(page io.Reader) (Stats, error) {
	var stats Stats
	wanted := map[string]*float64{
		objectsName: &stats.Objects, bytesName: &stats.Bytes, goroutinesName: &stats.Goroutines,
	}
	lines := bufio.NewScanner(page)
	for lines.Scan() {
		name, text, _ := strings.Cut(lines.Text(), " ")
		field := wanted[name]
		if field == nil {
			continue
		}
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return Stats{}, fmt.Errorf("%s: %w", name, err)
		}
		*field = value
		delete(wanted, name)
	}
	if err := lines.Err(); err != nil {
		return Stats{}, err
	}
	for name := range wanted {
		return Stats{}, fmt.Errorf("the metrics page has no %s", name)
	}
	return stats, nil
}
