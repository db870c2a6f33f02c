package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"strings"
	"time"
)

// profiling starts a CPU profile of the gateway over the next window, if one is asked
// for and the contender is a gateway, and returns a function that waits for it. A
// profile costs some percent of what it shows.
func (s *setup) profiling(ctx context.Context, c *client) (wait func(), err error) {
	address := c.server.addresses.operator
	if c.contender == baselineProgram {
		address = c.server.addresses.admin // up to 893f233 it is the one listener of operators
	}
	if s.profile == "" || address == "" {
		return func() {}, nil
	}
	seconds := max(1, int(s.window/time.Second))
	url := fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", address, seconds)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	file := profileFile(s.profile, c.lane)
	fetched := make(chan error, 1)
	go func() { fetched <- s.fetchProfile(request, file) }()
	return func() {
		if err := <-fetched; err != nil {
			s.progress("no profile of %s: %v", c.name(), err)
			return
		}
		s.progress("profile of %s: %s", c.name(), file)
	}, nil
}

// profileFile puts what is profiled into the name of the file; the last round's is
// kept.
func profileFile(file string, l lane) string {
	extension := path.Ext(file)
	name := strings.NewReplacer(" ", "-", ",", "").Replace(l.work.Name + " " + l.name())
	return strings.TrimSuffix(file, extension) + "-" + strings.ToLower(name) + extension
}

func (s *setup) fetchProfile(request *http.Request, file string) error {
	response, err := s.transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", request.URL.Path, response.Status)
	}
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o600)
}
