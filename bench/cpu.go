package main

import (
	"context"
	"errors"
	"math"
	"net/http"
	"time"

	"github.com/liveness-gateway/gateway/bench/internal/load"
	"github.com/liveness-gateway/gateway/bench/internal/memstats"
	"github.com/liveness-gateway/gateway/bench/internal/procfs"
)

// attemptsPerWindow bounds how often a window is measured that other load distorts.
const attemptsPerWindow = 3

// cost is what one call costs a contender in one window, NaN where it is not known.
type cost struct {
	// cpu is in seconds, objects and bytes are allocations.
	cpu, objects, bytes float64
	perSecond           float64
}

func unknownCost() cost { return cost{math.NaN(), math.NaN(), math.NaN(), math.NaN()} }

// costs are those of a lane, one for each round.
type costs []cost

func (c costs) cpu() []float64     { return c.column(func(one cost) float64 { return one.cpu }) }
func (c costs) objects() []float64 { return c.column(func(one cost) float64 { return one.objects }) }
func (c costs) bytes() []float64   { return c.column(func(one cost) float64 { return one.bytes }) }
func (c costs) perSecond() []float64 {
	return c.column(func(one cost) float64 { return one.perSecond })
}

func (c costs) column(of func(cost) float64) []float64 {
	values := make([]float64, len(c))
	for i := range c {
		values[i] = of(c[i])
	}
	return values
}

// measureCosts measures the lanes in turn and returns their costs by name. It stops the
// contenders.
func (s *setup) measureCosts(ctx context.Context, lanes []lane) (_ map[string]costs, err error) {
	var clients []*client
	defer func() { err = errors.Join(err, closeClients(clients), s.stopServers()) }()
	for _, l := range lanes {
		c, err := s.connect(ctx, l)
		if err != nil {
			return nil, err
		}
		clients = append(clients, c)
	}
	measured := map[string]costs{}
	return measured, rotate(s.rounds, clients, func(round int, c *client) error {
		one, err := s.measureCost(ctx, c)
		s.progress("round %d of %d: %s: %.1f us of CPU a call", round+1, s.rounds, c.name(), one.cpu*1e6)
		measured[c.name()] = append(measured[c.name()], one)
		return err
	})
}

func closeClients(clients []*client) error {
	var errs []error
	for _, c := range clients {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// measureCost warms the contender up and measures one window, again if other load distorts it.
func (s *setup) measureCost(ctx context.Context, c *client) (cost, error) {
	if result := load.Closed(ctx, c.call, c.workers, s.window/5); result.Failed > 0 {
		return unknownCost(), result.Err
	}
	stop, err := s.profiling(ctx, c)
	if err != nil {
		return unknownCost(), err
	}
	defer stop()
	for range attemptsPerWindow {
		var one cost
		clean, err := s.quiet(func() error {
			var err error
			one, err = s.costOfWindow(ctx, c)
			return err
		})
		if err != nil || clean {
			return one, err
		}
	}
	return unknownCost(), nil
}

func (s *setup) costOfWindow(ctx context.Context, c *client) (cost, error) {
	pids, err := c.server.Pids()
	if err != nil {
		return cost{}, err
	}
	allocated, err := s.watchAllocations(ctx, c.server)
	if err != nil {
		return cost{}, err
	}
	var cpu time.Duration
	result, err := s.checked(ctx, c, func() load.Result {
		before, errBefore := procfs.CPUTime(pids...)
		result := load.Closed(ctx, c.call, c.workers, s.window)
		after, errAfter := procfs.CPUTime(pids...)
		cpu, err = after-before, errors.Join(errBefore, errAfter)
		return result
	})
	if err != nil {
		return cost{}, err
	}
	memory, err := allocated()
	calls := float64(result.OK)
	return cost{
		cpu: cpu.Seconds() / calls, objects: memory.Objects / calls, bytes: memory.Bytes / calls,
		perSecond: result.PerSecond(),
	}, err
}

// watchAllocations returns a function that tells what the server has allocated since,
// without what it takes to ask; NaN for a server that cannot tell.
func (s *setup) watchAllocations(ctx context.Context, of *server) (func() (memstats.Stats, error), error) {
	if !of.contender.metrics {
		unknown := memstats.Stats{Objects: math.NaN(), Bytes: math.NaN()}
		return func() (memstats.Stats, error) { return unknown, nil }, nil
	}
	fetch := func() (memstats.Stats, error) {
		return memstats.Fetch(ctx, &http.Client{Transport: s.transport}, of.metricsURL())
	}
	first, err := fetch()
	if err != nil {
		return nil, err
	}
	before, err := fetch()
	if err != nil {
		return nil, err
	}
	asking := memstats.Stats{Objects: before.Objects - first.Objects, Bytes: before.Bytes - first.Bytes}
	return func() (memstats.Stats, error) {
		after, err := fetch()
		return memstats.Stats{
			Objects: after.Objects - before.Objects - asking.Objects,
			Bytes:   after.Bytes - before.Bytes - asking.Bytes,
		}, err
	}, nil
}
