package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/liveness-gateway/gateway/bench/internal/load"
	"github.com/liveness-gateway/gateway/bench/internal/stats"
	"github.com/liveness-gateway/gateway/bench/internal/work"
)

const (
	vendorLatency = 20 * time.Millisecond
	latencyRate   = 1000 // calls a second
	// latencyWindows is how many windows are measured in one: a p99 needs many calls.
	latencyWindows = 2
	directLane     = direct + " " + string(work.Form)
	proxyLane      = "reverseproxy " + string(work.Form)
)

// latencies are the quantiles of one lane in milliseconds, by round, NaN where there
// was no clean window.
type latencies struct{ p50, p99 []float64 }

// latency measures what each contender adds to a call of a slow vendor at a fixed rate.
func latency(ctx context.Context, s *setup) (_ []table, err error) {
	small := work.Small(work.TwoTargets)
	lanes := []lane{
		{contender: direct, protocol: work.Form, work: small},
		{contender: "floor", protocol: work.GRPC, work: small},
		{contender: "gateway", protocol: work.GRPC, work: small},
		{contender: "gateway", protocol: work.GRPC, note: withKeys, keys: true, work: small},
		{contender: "gateway-redis", protocol: work.GRPC, note: withKeys, keys: true, work: small},
		{contender: "gateway", protocol: work.JSON, work: small},
		{contender: "stock-inprocess", protocol: work.JSON, work: small},
		{contender: "reverseproxy", protocol: work.Form, work: small},
		{contender: "nginx", protocol: work.Form, work: small},
		{contender: "haproxy", protocol: work.Form, work: small},
	}
	if err := s.vendor.SetLatency(ctx, vendorLatency); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.vendor.SetLatency(context.WithoutCancel(ctx), 0), s.stopServers()) }()
	chosen := s.choose(lanes, directLane, floorLane, proxyLane)
	measured, err := s.measureLatencies(ctx, chosen)
	if err != nil {
		return nil, err
	}
	return []table{latencyTable(chosen, measured)}, nil
}

func (s *setup) measureLatencies(ctx context.Context, lanes []lane) (_ map[string]*latencies, err error) {
	measured := map[string]*latencies{}
	var clients []*client
	defer func() { err = errors.Join(err, closeClients(clients)) }()
	for _, l := range lanes {
		c, err := s.connect(ctx, l)
		if err != nil {
			return nil, err
		}
		clients = append(clients, c)
		measured[l.name()] = &latencies{}
		// The connections that the rate needs are opened before.
		if result := load.Open(ctx, c.call, latencyRate, s.window/4); result.Failed > 0 {
			return nil, fmt.Errorf("%s: %w", l.name(), result.Err)
		}
	}
	return measured, rotate(s.rounds, clients, func(round int, c *client) error {
		p50, p99, err := s.measureLatency(ctx, c)
		s.progress("round %d of %d: %s: p50 %.2f ms, p99 %.2f ms", round+1, s.rounds, c.name(), p50, p99)
		of := measured[c.name()]
		of.p50, of.p99 = append(of.p50, p50), append(of.p99, p99)
		return err
	})
}

func (s *setup) measureLatency(ctx context.Context, c *client) (p50, p99 float64, err error) {
	for range attemptsPerWindow {
		var result load.Result
		clean, err := s.quiet(func() error {
			var err error
			result, err = s.checked(ctx, c, func() load.Result { return load.Open(ctx, c.call, latencyRate, latencyWindows*s.window) })
			return err
		})
		if err != nil || clean {
			p50 = stats.Quantile(result.Latencies, 0.50) / float64(time.Millisecond)
			p99 = stats.Quantile(result.Latencies, 0.99) / float64(time.Millisecond)
			return p50, p99, err
		}
	}
	return math.NaN(), math.NaN(), nil
}

func latencyTable(lanes []lane, measured map[string]*latencies) table {
	t := table{
		title: fmt.Sprintf("Added latency, %d small calls a second, vendor of %s", latencyRate, vendorLatency),
		note: "Goals: the gateway's added p50 ≤ 0.9 of the floor's, its added p99 ≤ 1.25 of ReverseProxy's. Differences and " +
			"ratios are taken round by round.",
		header: []string{"lane", "p50, ms", "p99, ms", "added p50, ms", "added p99, ms", "added p50 of the floor's", "added p99 of ReverseProxy's"},
	}
	base, floor, proxy := measured[directLane], measured[floorLane], measured[proxyLane]
	for _, l := range lanes {
		of := measured[l.name()]
		row := []string{
			l.name(), number(stats.Summarize(of.p50).Median), number(stats.Summarize(of.p99).Median), "–", "–", "–", "–",
		}
		if l.contender != direct {
			added50, added99 := stats.Differences(of.p50, base.p50), stats.Differences(of.p99, base.p99)
			row = append(row[:3],
				spread(added50), spread(added99),
				spread(stats.Ratios(added50, stats.Differences(floor.p50, base.p50))),
				spread(stats.Ratios(added99, stats.Differences(proxy.p99, base.p99))))
		}
		t.add(row...)
	}
	return t
}
