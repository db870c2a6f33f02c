package main

import (
	"context"

	"github.com/liveness-gateway/gateway/bench/internal/stats"
	"github.com/liveness-gateway/gateway/bench/internal/work"
)

// manyWorkers are the calls at once that the usual number is compared with.
const manyWorkers = 1024

// growth measures whether a call costs more with more routes or more calls at once.
func growth(ctx context.Context, s *setup) ([]table, error) {
	small := work.Small(work.TwoTargets)
	lanes := []lane{
		{contender: "gateway-1-route", protocol: work.GRPC, work: small, workers: s.workers},
		{contender: "gateway-100-routes", protocol: work.GRPC, work: small, workers: s.workers},
		{contender: "gateway-10000-routes", protocol: work.GRPC, work: small, workers: s.workers},
		{contender: "gateway-1-route", protocol: work.GRPC, note: "1,024 at once", work: small, workers: manyWorkers},
		{contender: "floor", protocol: work.GRPC, work: small, workers: s.workers},
		{contender: "floor", protocol: work.GRPC, note: "1,024 at once", work: small, workers: manyWorkers},
	}
	gatewayBase, floorBase := lanes[0].name(), lanes[4].name()
	chosen := s.choose(lanes, gatewayBase, floorBase)
	measured, err := s.measureCosts(ctx, chosen)
	if err != nil {
		return nil, err
	}
	t := table{
		title:  "Growth: a small call with more routes and more calls at once",
		note:   "Goal: CPU of a call within 10 % of the gateway's with one route and the usual calls at once.",
		header: []string{"lane", "at once", "CPU a call, µs", "of the first of its kind", "calls a second"},
	}
	for _, l := range chosen {
		base := gatewayBase
		if l.contender == "floor" {
			base = floorBase
		}
		of := measured[l.name()]
		t.add(l.name(), number(float64(l.workers)), number(stats.Summarize(of.cpu()).Median*1e6),
			spread(stats.Ratios(of.cpu(), measured[base].cpu())), number(stats.Summarize(of.perSecond()).Median))
	}
	return []table{t}, nil
}
