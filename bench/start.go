package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/liveness-gateway/gateway/bench/internal/load"
	"github.com/liveness-gateway/gateway/bench/internal/procfs"
	"github.com/liveness-gateway/gateway/bench/internal/stats"
	"github.com/liveness-gateway/gateway/bench/internal/work"
)

// settle is how long a contender is left idle before its memory is read.
const settle = time.Second

// startUp is what was measured of one start of a contender.
type startUp struct {
	// milliseconds are to the first answered call, idle bytes after it.
	milliseconds, idle float64
}

// start measures the time from exec to the first answered call, the idle memory after
// it, and the size of the binary. The gateway runs its sample configuration.
func start(ctx context.Context, s *setup) ([]table, error) {
	t := table{
		title:  "Start, idle memory and size",
		note:   "Goals for the gateway: first answered call within 30 ms, idle ≤ 40 MiB.",
		header: []string{"contender", "first answered call, ms", "idle, MiB", "binary, MiB"},
	}
	lanes := s.choose([]lane{
		{contender: "gateway-sample", protocol: work.GRPC, work: work.Small("")},
		{contender: "floor", protocol: work.GRPC, work: work.Small("")},
		{contender: "stock-inprocess", protocol: work.JSON, work: work.Small("")},
		{contender: "reverseproxy", protocol: work.Form, work: work.Small("")},
	})
	measured := map[string][]startUp{}
	for round := range s.rounds {
		for _, l := range lanes {
			one, err := s.measureStart(ctx, l)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", l.name(), err)
			}
			s.progress("round %d of %d: %s: %.1f ms", round+1, s.rounds, l.name(), one.milliseconds)
			measured[l.name()] = append(measured[l.name()], one)
		}
	}
	for _, l := range lanes {
		var milliseconds, idle []float64
		for _, one := range measured[l.name()] {
			milliseconds, idle = append(milliseconds, one.milliseconds), append(idle, one.idle/(1<<20))
		}
		binary, err := os.Stat(s.programs[contenders()[l.contender].program])
		if err != nil {
			return nil, err
		}
		t.add(l.name(), spread(milliseconds), number(stats.Summarize(idle).Median), number(float64(binary.Size())/(1<<20)))
	}
	return []table{t}, nil
}

func (s *setup) measureStart(ctx context.Context, l lane) (_ startUp, err error) {
	of, err := s.startFresh(ctx, l.contender)
	if err != nil {
		return startUp{}, err
	}
	defer func() { err = errors.Join(err, s.stopServer(of)) }()
	c, err := s.client(l, of, load.Options{Connections: 1, Deadline: callDeadline})
	if err != nil {
		return startUp{}, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if err := c.call(ctx); err != nil {
		return startUp{}, err
	}
	answered := time.Since(of.Started)
	time.Sleep(settle)
	pids, err := of.Pids()
	if err != nil {
		return startUp{}, err
	}
	memory, err := procfs.ReadMemory(pids...)
	return startUp{float64(answered) / float64(time.Millisecond), float64(memory.Resident)}, err
}
