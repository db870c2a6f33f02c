package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/liveness-gateway/gateway/bench/internal/load"
	"github.com/liveness-gateway/gateway/bench/internal/stats"
	"github.com/liveness-gateway/gateway/bench/internal/work"
)

const (
	// peakWorkers find the peak, more than it needs and fewer than overload it. The
	// gateway may have as many calls in flight.
	peakWorkers = 64
	// overloadDeadline is how long a caller waits, and overloadWindow how long twice the
	// peak lasts.
	overloadDeadline = 2 * time.Second
	overloadWindow   = 4 * time.Second
)

// slowVendor marks lanes whose peak is what the limit of calls allows, not what the
// machine can do.
const slowVendor = "small, slow vendor"

// overload measures how much of its peak a contender still serves when twice as many
// calls come. Load, contender and vendor share the machine: sending is part of what
// lies on it, and where so many cannot be sent, "offered" says so.
func overload(ctx context.Context, s *setup) (_ []table, err error) {
	defer func() { err = errors.Join(err, s.vendor.SetLatency(context.WithoutCancel(ctx), 0)) }()
	t := table{
		title: "Overload: twice the peak",
		note: fmt.Sprintf("Goal for the gateway: served ≥ 0.9 of its peak. It may have %d calls in flight; a caller waits %s; "+
			"a slow vendor takes %s.", peakWorkers, overloadDeadline, vendorLatency),
		header: []string{"lane", "peak, calls a second", "offered a second", "served of the peak", "p99 of what is served, ms"},
	}
	small, photos := work.Small(work.TwoTargets), work.Photos(work.TwoTargets)
	for _, l := range s.choose([]lane{
		{contender: "floor", protocol: work.GRPC, note: "small", work: small, workers: peakWorkers},
		{contender: "gateway-limited", protocol: work.GRPC, note: "small", work: small, workers: peakWorkers},
		{contender: "gateway-limited", protocol: work.GRPC, note: slowVendor, work: small, workers: peakWorkers},
		{contender: "floor", protocol: work.GRPC, note: "photos", work: photos, workers: peakWorkers / 8},
		{contender: "gateway-limited", protocol: work.GRPC, note: "photos", work: photos, workers: peakWorkers / 8},
	}) {
		row, err := s.overloadRow(ctx, l)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.name(), err)
		}
		t.add(row...)
	}
	return []table{t}, nil
}

func (s *setup) overloadRow(ctx context.Context, l lane) ([]string, error) {
	latency := time.Duration(0)
	if l.note == slowVendor {
		latency = vendorLatency
	}
	if err := s.vendor.SetLatency(ctx, latency); err != nil {
		return nil, err
	}
	var peak, offered, served, p99 []float64
	for range s.rounds {
		atPeak, beyond, err := s.measureOverload(ctx, l)
		if err != nil {
			return nil, err
		}
		stillServed := float64(beyond.InTime) / beyond.Sending.Seconds()
		s.progress("%s: %.0f a second at the peak, %.0f beyond", l.name(), atPeak.PerSecond(), stillServed)
		peak = append(peak, atPeak.PerSecond())
		offered = append(offered, float64(beyond.OK+beyond.Failed)/beyond.Sending.Seconds())
		served = append(served, stillServed/atPeak.PerSecond())
		p99 = append(p99, stats.Quantile(beyond.Latencies, 0.99)/float64(time.Millisecond))
	}
	return []string{
		l.name(), number(stats.Summarize(peak).Median), number(stats.Summarize(offered).Median), spread(served), spread(p99),
	}, nil
}

func (s *setup) measureOverload(ctx context.Context, l lane) (peak, beyond load.Result, err error) {
	of, err := s.startFresh(ctx, l.contender)
	if err != nil {
		return peak, beyond, err
	}
	defer func() { err = errors.Join(err, s.stopServer(of)) }()
	c, err := s.client(l, of, load.Options{Connections: peakWorkers / 4, Deadline: overloadDeadline})
	if err != nil {
		return peak, beyond, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	load.Closed(ctx, c.call, c.workers, s.window/5)
	if peak = load.Closed(ctx, c.call, c.workers, s.window); peak.OK == 0 {
		return peak, beyond, fmt.Errorf("no call was answered: %w", peak.Err)
	}
	beyond = load.Open(ctx, c.call, 2*peak.PerSecond(), overloadWindow)
	return peak, beyond, ctx.Err()
}
