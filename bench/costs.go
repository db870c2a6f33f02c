package main

import (
	"context"

	"github.com/liveness-gateway/gateway/bench/internal/stats"
	"github.com/liveness-gateway/gateway/bench/internal/work"
)

// goal is a bound on a lane's CPU time as a ratio of another lane's.
type goal struct {
	lane, base string
	atMost     float64
}

// The floors: what the others are ratios of.
const (
	floorLane    = "floor gRPC"
	floorTLSLane = "floor-tls gRPC"
)

// withKeys notes that every call has an idempotency key.
const withKeys = "with keys"

var smallGoals = []goal{
	{"gateway gRPC", floorLane, 0.75},
	{"gateway gRPC, " + withKeys, floorLane, 0.75},
	{"gateway-redis gRPC, " + withKeys, "gateway gRPC, " + withKeys, 1.3},
	{"gateway-traced gRPC", floorLane, 0.9},
	{"gateway REST JSON", floorLane, 0.9},
	{"gateway REST JSON, " + withKeys, floorLane, 0.9},
}

var photoGoals = []goal{
	{"gateway gRPC", floorLane, 0.30},
	{"gateway gRPC, " + withKeys, floorLane, 0.30},
	{"gateway-tls gRPC", floorTLSLane, 0.50},
	{"gateway REST multipart", floorLane, 0.35},
	{"gateway REST JSON", floorLane, 1.0},
	{"gateway REST JSON", "stock-tcp REST JSON", 0.12},
	{"gateway REST JSON", "stock-inprocess REST JSON", 0.12},
}

func smallCalls(ctx context.Context, s *setup) ([]table, error) {
	lanes := s.costLanes(work.Small(work.TwoTargets), s.workers)
	return s.costTables(ctx, "Small calls", lanes, smallGoals)
}

func photoCalls(ctx context.Context, s *setup) ([]table, error) {
	lanes := s.costLanes(work.Photos(work.TwoTargets), s.workers/4)
	return s.costTables(ctx, "Three photos of 1 MiB", lanes, photoGoals)
}

// costLanes returns every way of making the call.
func (s *setup) costLanes(w work.Work, workers int) []lane {
	lanes := []lane{
		{contender: "floor", protocol: work.GRPC},
		{contender: "gateway", protocol: work.GRPC},
		{contender: "gateway", protocol: work.GRPC, note: withKeys, keys: true},
		{contender: "gateway-redis", protocol: work.GRPC, note: withKeys, keys: true},
	}
	if s.traced {
		lanes = append(lanes, lane{contender: "gateway-traced", protocol: work.GRPC})
	}
	lanes = append(lanes,
		lane{contender: "gateway", protocol: work.JSON},
		lane{contender: "gateway", protocol: work.JSON, note: withKeys, keys: true},
	)
	if s.multipart && w.PhotoBytes() > 0 {
		lanes = append(lanes, lane{contender: "gateway", protocol: work.Multipart})
	}
	lanes = append(lanes,
		lane{contender: "stock-inprocess", protocol: work.JSON},
		lane{contender: "stock-tcp", protocol: work.JSON},
		lane{contender: "reverseproxy", protocol: work.Form},
		lane{contender: "nginx", protocol: work.Form},
		lane{contender: "haproxy", protocol: work.Form},
		lane{contender: "floor-tls", protocol: work.GRPC},
		lane{contender: "gateway-tls", protocol: work.GRPC},
	)
	for i := range lanes {
		lanes[i].work, lanes[i].workers = w, workers
	}
	return lanes
}

// costTables measures the lanes and shows what they cost, and how that compares.
func (s *setup) costTables(ctx context.Context, title string, lanes []lane, goals []goal) ([]table, error) {
	chosen := s.choose(lanes, s.bases(goals)...)
	measured, err := s.measureCosts(ctx, chosen)
	if err != nil {
		return nil, err
	}
	figures := table{
		title:  title,
		header: []string{"lane", "CPU a call, µs", "of the floor's", "calls a second", "allocations a call", "KiB allocated a call", "rounds"},
	}
	for _, l := range chosen {
		costs := measured[l.name()]
		figures.add(
			l.name(),
			number(stats.Summarize(costs.cpu()).Median*1e6),
			spread(stats.Ratios(costs.cpu(), measured[floorLane].cpu())),
			number(stats.Summarize(costs.perSecond()).Median),
			number(stats.Summarize(costs.objects()).Median),
			number(stats.Summarize(costs.bytes()).Median/1024),
			number(float64(stats.Summarize(costs.cpu()).Count)),
		)
	}
	return append([]table{figures}, goalTable(title, goals, measured)...), nil
}

// bases are the lanes that those asked for are compared with.
func (s *setup) bases(goals []goal) []string {
	names := []string{floorLane}
	for _, g := range goals {
		if s.lanes.String() != "" && s.lanes.MatchString(g.lane) && g.base == floorTLSLane {
			names = append(names, g.base)
		}
	}
	return names
}

func goalTable(title string, goals []goal, measured map[string]costs) []table {
	t := table{title: title + ": CPU against the goals", header: []string{"lane", "compared with", "goal", "measured"}}
	for _, g := range goals {
		costs, base := measured[g.lane], measured[g.base]
		if costs != nil && base != nil {
			t.add(g.lane, g.base, "≤ "+number(g.atMost), spread(stats.Ratios(costs.cpu(), base.cpu())))
		}
	}
	if len(t.rows) == 0 {
		return nil
	}
	return []table{t}
}
