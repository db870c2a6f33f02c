package main

import (
	"context"

	"github.com/liveness-gateway/gateway/bench/internal/stats"
	"github.com/liveness-gateway/gateway/bench/internal/work"
)

// baselineProgram is the contender whose binary -baseline names.
const baselineProgram = "baseline"

// comparison is one call that gateway and baseline both make.
type comparison struct {
	gateway, baseline lane
	// atMost bounds the gateway's CPU time as a ratio of the baseline's.
	atMost float64
}

// baselineComparisons are the calls that every change of the transport is judged by.
func (s *setup) baselineComparisons() []comparison {
	var all []comparison
	for _, call := range []struct {
		work     work.Work
		protocol work.Protocol
		atMost   float64
	}{
		{work.Small(work.TwoTargets), work.GRPC, 1.03},
		{work.Small(work.TwoTargets), work.JSON, 1.10},
		{work.Photos(work.TwoTargets), work.GRPC, 1.03},
		{work.Photos(work.TwoTargets), work.JSON, 1.03},
		{work.Photos(work.TwoTargets), work.Multipart, 1.03},
	} {
		workers := s.workers
		if call.work.PhotoBytes() > 0 {
			workers /= 4
		}
		gateway := lane{contender: "gateway", protocol: call.protocol, note: call.work.Name, work: call.work, workers: workers}
		base := gateway
		base.contender, base.work = baselineProgram, s.baselineWork(call.work)
		all = append(all, comparison{gateway, base, call.atMost})
	}
	return all
}

// baselineWork is the call in the contract that the baseline knows.
func (s *setup) baselineWork(w work.Work) work.Work {
	if s.baselineBytes {
		return w.WithPhotosAsBytes()
	}
	return w
}

// baseline compares the gateway with the baseline, window by window in one run.
func baseline(ctx context.Context, s *setup) ([]table, error) {
	var chosen []comparison
	var lanes []lane
	for _, c := range s.baselineComparisons() {
		if s.lanes.MatchString(c.gateway.name()) {
			chosen = append(chosen, c)
			lanes = append(lanes, c.gateway, c.baseline)
		}
	}
	measured, err := s.measureCosts(ctx, lanes)
	if err != nil {
		return nil, err
	}
	tables := []table{baselineTable(chosen, measured)}
	gateway := lane{contender: "gateway", protocol: work.JSON, note: work.Small("").Name}
	if !s.lanes.MatchString(gateway.name()) {
		return tables, nil
	}
	base := gateway
	base.contender = baselineProgram
	t, err := s.memoryOfSmallCalls(ctx, "Goal for the gateway: ≤ 50 KiB a call. Peak is VmHWM.", []lane{gateway, base}, 1000)
	return append(tables, t), err
}

func baselineTable(comparisons []comparison, measured map[string]costs) table {
	t := table{
		title: "The gateway beside the baseline",
		note:  "Ratios of CPU time are taken round by round.",
		header: []string{
			"call", "CPU of the baseline, µs", "of the gateway, µs", "ratio", "goal",
			"allocations, baseline", "gateway", "KiB allocated, baseline", "gateway", "rounds",
		},
	}
	for _, c := range comparisons {
		gateway, base := measured[c.gateway.name()], measured[c.baseline.name()]
		ratios := stats.Ratios(gateway.cpu(), base.cpu())
		t.add(
			c.gateway.note+", "+string(c.gateway.protocol),
			median(base.cpu(), 1e6), median(gateway.cpu(), 1e6), spread(ratios), "≤ "+number(c.atMost),
			median(base.objects(), 1), median(gateway.objects(), 1),
			median(base.bytes(), 1.0/1024), median(gateway.bytes(), 1.0/1024),
			number(float64(stats.Summarize(ratios).Count)),
		)
	}
	return t
}

// median is that of the rounds in another unit.
func median(rounds []float64, unit float64) string {
	return number(stats.Summarize(rounds).Median * unit)
}
