package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/liveness-gateway/gateway/bench/internal/procfs"
	"github.com/liveness-gateway/gateway/bench/internal/rig"
)

// setup is what the sections share.
type setup struct {
	options

	folder   string
	programs map[string]string
	vendor   *rig.Vendor
	// identities are those of callers.
	identities *identities
	// transport is the load's for everything but gRPC.
	transport *http.Transport

	running []*server
	// redis is nil until a contender needs it.
	redis        *rig.Process
	redisAddress string
	// absent are programs that were not found on the machine.
	absent []string
	// windows were measured, dropped is how many of them other load distorted.
	windows, dropped int
}

// built are the packages of the programs that the harness compiles.
var built = map[string]string{
	"gateway":      "./cmd/gateway",
	"floor":        "./bench/floor",
	"reverseproxy": "./bench/reverseproxy",
	"standin":      "./bench/standin",
	"stock":        "./bench/stock",
}

// newSetup builds the programs and starts the vendor's stand-in, which is one of them.
func newSetup(ctx context.Context, o options, programs ...string) (*setup, error) {
	folder, err := os.MkdirTemp("", "gateway-bench-")
	if err != nil {
		return nil, err
	}
	s := &setup{options: o, folder: folder, programs: map[string]string{}, transport: &http.Transport{
		MaxIdleConnsPerHost: 20_000, DisableCompression: true,
	}}
	if s.identities, err = newIdentities(folder); err != nil {
		return nil, s.close(err)
	}
	s.transport.TLSClientConfig = s.identities.tls()
	for _, name := range programs {
		s.progress("building %s", name)
		s.programs[name], err = rig.Build(ctx, o.root, built[name], filepath.Join(folder, name))
		if err != nil {
			return nil, s.close(err)
		}
	}
	if s.vendor, err = rig.StartVendor(ctx, folder, s.programs["standin"]); err != nil {
		return nil, s.close(err)
	}
	return s, nil
}

// find looks for programs that may be on the machine or not.
func (s *setup) find(names ...string) {
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err != nil {
			path = "/usr/sbin/" + name // Debian's place, not on every PATH
			_, err = os.Stat(path)
		}
		if err != nil {
			s.absent = append(s.absent, name)
			continue
		}
		s.programs[name] = path
	}
}

func (s *setup) close(err error) error {
	errs := []error{err, s.stopServers()}
	if s.redis != nil {
		errs = append(errs, s.redis.Stop())
	}
	if s.vendor != nil {
		errs = append(errs, s.vendor.Stop())
	}
	s.transport.CloseIdleConnections()
	if joined := errors.Join(errs...); joined != nil {
		return joined
	}
	return os.RemoveAll(s.folder)
}

// stopServers stops the contenders; a section begins with fresh ones.
func (s *setup) stopServers() error {
	var errs []error
	for _, server := range s.running {
		errs = append(errs, server.Stop())
	}
	s.running = nil
	s.transport.CloseIdleConnections()
	return errors.Join(errs...)
}

// stopServer stops one contender.
func (s *setup) stopServer(old *server) error {
	s.running = slices.DeleteFunc(s.running, func(other *server) bool { return other == old })
	return old.Stop()
}

func (s *setup) progress(format string, values ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format(time.TimeOnly)+" "+format+"\n", values...)
}

// quiet runs do and reports whether others used less than the permitted share of the
// machine meanwhile: others than the harness, the vendor, Redis and every contender.
func (s *setup) quiet(do func() error) (bool, error) {
	pids, err := s.pids()
	if err != nil {
		return false, err
	}
	start := time.Now()
	busy, own, err := usage(pids)
	if err != nil {
		return false, err
	}
	if err := do(); err != nil {
		return false, err
	}
	busyAfter, ownAfter, err := usage(pids)
	if err != nil {
		return false, err
	}
	outside := outsideShare(busyAfter-busy, ownAfter-own, time.Since(start), runtime.NumCPU())
	s.windows++
	if outside > s.outside {
		s.dropped++
		s.progress("a window is dropped: others used %.0f %% of the machine", outside*100)
		return false, nil
	}
	return true, nil
}

// outsideShare is the share of the machine's time that was neither idle nor the benchmark's
// own.
func outsideShare(busy, own, elapsed time.Duration, cores int) float64 {
	return float64(busy-own) / (float64(elapsed) * float64(cores))
}

func usage(pids []int) (busy, own time.Duration, err error) {
	if busy, err = procfs.Busy(); err != nil {
		return 0, 0, err
	}
	own, err = procfs.CPUTime(pids...)
	return busy, own, err
}

// pids are those of the harness, the vendor, Redis and every contender.
func (s *setup) pids() ([]int, error) {
	pids := []int{os.Getpid()}
	processes := []*rig.Process{s.vendor.Process}
	if s.redis != nil {
		processes = append(processes, s.redis)
	}
	for _, server := range s.running {
		processes = append(processes, server.Process)
	}
	for _, process := range processes {
		family, err := process.Pids()
		if err != nil {
			return nil, err
		}
		pids = append(pids, family...)
	}
	return pids, nil
}
