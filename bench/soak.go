package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/liveness-gateway/gateway/bench/internal/load"
	"github.com/liveness-gateway/gateway/bench/internal/memstats"
	"github.com/liveness-gateway/gateway/bench/internal/procfs"
	"github.com/liveness-gateway/gateway/bench/internal/stats"
	"github.com/liveness-gateway/gateway/bench/internal/work"
)

const (
	// soakSamples is how often a soak looks at the gateway.
	soakSamples = 60
	// soakGrowth is how much the last quarter of the samples may lie above the second;
	// the first is for warming up.
	soakGrowth = 1.1
	// soakPhotoShare is the share of the calls that have photos.
	soakPhotoShare = 0.02
)

// holding is what a process holds, by sample.
type holding struct{ resident, goroutines, descriptors []float64 }

// soak runs mixed load on the gateway and fails if calls fail, or if what it holds
// grows.
func soak(ctx context.Context, s *setup) (err error) {
	small, photos := work.Small(work.TwoTargets), work.Photos(work.TwoTargets)
	lanes := []lane{
		{contender: "gateway", protocol: work.GRPC, work: small},
		{contender: "gateway", protocol: work.JSON, work: small},
		{contender: "gateway", protocol: work.GRPC, work: photos},
		{contender: "gateway", protocol: work.JSON, work: photos},
	}
	var clients []*client
	defer func() { err = errors.Join(err, closeClients(clients)) }()
	for _, l := range lanes {
		c, err := s.connect(ctx, l)
		if err != nil {
			return err
		}
		clients = append(clients, c)
	}
	var running sync.WaitGroup
	results := make([]load.Result, len(clients))
	for i, c := range clients {
		rate := s.rate / 2 * (1 - soakPhotoShare)
		if c.work.PhotoBytes() > 0 {
			rate = s.rate / 2 * soakPhotoShare
		}
		running.Go(func() { results[i] = load.Open(ctx, c.call, rate, s.soak) })
	}
	held, err := s.watch(ctx, clients[0].server)
	running.Wait()
	if err != nil {
		return err
	}
	for i, result := range results {
		if result.Failed > 0 {
			return fmt.Errorf("%s: %d of %d calls failed: %w", clients[i].name(), result.Failed, result.OK+result.Failed, result.Err)
		}
		s.progress("%s: %d calls", clients[i].name(), result.OK)
	}
	return held.check()
}

// watch samples what the gateway holds, evenly over the soak.
func (s *setup) watch(ctx context.Context, of *server) (holding, error) {
	var held holding
	pids, err := of.Pids()
	if err != nil {
		return held, err
	}
	every := time.NewTicker(s.soak / (soakSamples + 1))
	defer every.Stop()
	for range soakSamples {
		select {
		case <-ctx.Done():
			return held, ctx.Err()
		case <-every.C:
		}
		memory, errMemory := procfs.ReadMemory(pids...)
		descriptors, errDescriptors := procfs.Descriptors(pids[0])
		runtime, errRuntime := memstats.Fetch(ctx, &http.Client{Transport: s.transport}, of.metricsURL())
		if err := errors.Join(errMemory, errDescriptors, errRuntime); err != nil {
			return held, err
		}
		held.resident = append(held.resident, float64(memory.Resident)/(1<<20))
		held.goroutines = append(held.goroutines, runtime.Goroutines)
		held.descriptors = append(held.descriptors, float64(descriptors))
		s.progress("%.1f MiB, %.0f goroutines, %d descriptors", float64(memory.Resident)/(1<<20), runtime.Goroutines, descriptors)
	}
	return held, nil
}

// check returns an error if anything has grown from the second quarter of the samples
// to the last. slack is what a few connections more or less hold.
func (h holding) check() error {
	var errs []error
	for _, held := range []struct {
		name    string
		samples []float64
		slack   float64
	}{{"memory, MiB", h.resident, 8}, {"goroutines", h.goroutines, 50}, {"descriptors", h.descriptors, 50}} {
		quarter := len(held.samples) / 4
		early := stats.Summarize(held.samples[quarter : 2*quarter]).Median
		late := stats.Summarize(held.samples[3*quarter:]).Median
		if late > soakGrowth*early+held.slack {
			errs = append(errs, fmt.Errorf("%s grew from %s to %s", held.name, number(early), number(late)))
		}
	}
	return errors.Join(errs...)
}
