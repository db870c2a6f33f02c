package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/liveness-gateway/gateway/bench/internal/load"
	"github.com/liveness-gateway/gateway/bench/internal/procfs"
	"github.com/liveness-gateway/gateway/bench/internal/stats"
	"github.com/liveness-gateway/gateway/bench/internal/work"
)

const (
	// photosInFlight make 192 MiB of photos.
	photosInFlight = 64
	// memoryRounds at most are measured: memory varies less than time.
	memoryRounds = 3
	// rampRate is how fast calls are sent, below what fills an accept queue, and
	// photoRampRate how fast those with photos are.
	rampRate      = 2000
	photoRampRate = 50
	// streamsPerConnection is below the gateway's limit of streams.
	streamsPerConnection = 500
)

// footprint is a contender's memory in bytes.
type footprint struct {
	idle, peak float64
	inFlight   int
}

// perCall is what each call in flight adds to the idle contender at its peak.
func (f footprint) perCall() float64 { return (f.peak - f.idle) / float64(f.inFlight) }

// memory measures the peak with calls in flight at a vendor that has received them and
// does not answer. Every figure is of a contender started for it.
func memory(ctx context.Context, s *setup) ([]table, error) {
	small, err := s.memoryOfSmallCalls(ctx,
		"Goals: a call ≤ the floor's (gRPC) and ≤ stock-inprocess's (REST); with 9,000 ≤ 1.1 of it with 1,000. Peak is VmHWM.",
		s.choose([]lane{
			{contender: "floor", protocol: work.GRPC},
			{contender: "gateway", protocol: work.GRPC},
			{contender: "stock-inprocess", protocol: work.JSON},
			{contender: "gateway", protocol: work.JSON},
			{contender: "reverseproxy", protocol: work.Form},
		}), 1000, 9000)
	if err != nil {
		return nil, err
	}
	photos, err := s.photoMemory(ctx)
	return []table{small, photos}, err
}

func (s *setup) memoryOfSmallCalls(ctx context.Context, note string, lanes []lane, inFlights ...int) (table, error) {
	t := table{
		title:  "Memory with small calls in flight at a hung vendor",
		note:   note,
		header: []string{"lane", "in flight", "idle, MiB", "peak, MiB", "KiB a call"},
	}
	for _, l := range lanes {
		l.work = work.Small(work.TwoTargets)
		for _, inFlight := range inFlights {
			measured, err := s.measureFootprints(ctx, l, inFlight, rampRate)
			if err != nil {
				return t, fmt.Errorf("%s, %d in flight: %w", l.name(), inFlight, err)
			}
			t.add(l.name(), number(float64(inFlight)), mebibytes(measured, func(f footprint) float64 { return f.idle }),
				mebibytes(measured, func(f footprint) float64 { return f.peak }),
				spread(perRound(measured, func(f footprint) float64 { return f.perCall() / 1024 })))
		}
	}
	return t, nil
}

func (s *setup) photoMemory(ctx context.Context) (table, error) {
	t := table{
		title:  fmt.Sprintf("Memory with %d calls of three 1 MiB photos in flight at a hung vendor", photosInFlight),
		note:   "Goals: ≤ 0.3 of a photo byte in flight where no other target could take the call, ≤ 1.1 where one could.",
		header: []string{"lane", "idle, MiB", "peak, MiB", "of a photo byte in flight"},
	}
	lanes := []lane{
		{contender: "floor", protocol: work.GRPC, work: work.Photos(work.OneTarget)},
		{contender: "gateway", protocol: work.GRPC, note: "one target", work: work.Photos(work.OneTarget)},
		{contender: "gateway", protocol: work.GRPC, note: "two targets", work: work.Photos(work.TwoTargets)},
		{contender: "gateway", protocol: work.JSON, note: "one target", work: work.Photos(work.OneTarget)},
		{contender: "stock-inprocess", protocol: work.JSON, work: work.Photos(work.OneTarget)},
	}
	if s.multipart {
		lanes = append(lanes, lane{contender: "gateway", protocol: work.Multipart, note: "one target", work: work.Photos(work.OneTarget)})
	}
	for _, l := range s.choose(lanes) {
		measured, err := s.measureFootprints(ctx, l, photosInFlight, photoRampRate)
		if err != nil {
			return t, fmt.Errorf("%s: %w", l.name(), err)
		}
		t.add(l.name(), mebibytes(measured, func(f footprint) float64 { return f.idle }),
			mebibytes(measured, func(f footprint) float64 { return f.peak }),
			spread(perRound(measured, func(f footprint) float64 { return f.perCall() / float64(l.work.PhotoBytes()) })))
	}
	return t, nil
}

func perRound(measured []footprint, of func(footprint) float64) []float64 {
	values := make([]float64, len(measured))
	for i, f := range measured {
		values[i] = of(f)
	}
	return values
}

func mebibytes(measured []footprint, of func(footprint) float64) string {
	return number(stats.Summarize(perRound(measured, of)).Median / (1 << 20))
}

func (s *setup) measureFootprints(ctx context.Context, l lane, inFlight int, rate float64) ([]footprint, error) {
	measured := make([]footprint, min(s.rounds, memoryRounds))
	for i := range measured {
		var err error
		if measured[i], err = s.measureFootprint(ctx, l, inFlight, rate); err != nil {
			return nil, err
		}
		s.progress("%s, %d in flight: peak %.1f MiB", l.name(), inFlight, measured[i].peak/(1<<20))
	}
	return measured, nil
}

// measureFootprint sends calls to a vendor that holds them, reads the contender's peak
// when all have arrived, and releases them: none may fail.
func (s *setup) measureFootprint(ctx context.Context, l lane, inFlight int, rate float64) (_ footprint, err error) {
	of, err := s.startFresh(ctx, l.contender)
	if err != nil {
		return footprint{}, err
	}
	defer func() { err = errors.Join(err, s.stopServer(of)) }()
	c, err := s.client(l, of, load.Options{
		Connections: 1 + inFlight/streamsPerConnection, Deadline: callDeadline,
	})
	if err != nil {
		return footprint{}, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	pids, err := of.Pids()
	if err != nil {
		return footprint{}, err
	}
	before, err := procfs.ReadMemory(pids...)
	if err != nil {
		return footprint{}, err
	}
	if err := s.vendor.Hold(ctx); err != nil {
		return footprint{}, err
	}
	sent := make(chan load.Result, 1)
	go func() {
		sent <- load.Open(ctx, c.call, rate, time.Duration(float64(inFlight)/rate*float64(time.Second)))
	}()
	arrived := s.awaitWaiting(ctx, inFlight)
	after, err := procfs.ReadMemory(pids...)
	err = errors.Join(arrived, err, s.vendor.Release(context.WithoutCancel(ctx)))
	if result := <-sent; result.Failed > 0 {
		err = errors.Join(err, fmt.Errorf("%d of %d calls failed: %w", result.Failed, inFlight, result.Err))
	}
	return footprint{float64(before.Resident), float64(after.Peak), inFlight}, err
}

// awaitWaiting returns when that many calls wait at the vendor.
func (s *setup) awaitWaiting(ctx context.Context, wanted int) error {
	ctx, cancel := context.WithTimeout(ctx, callDeadline-5*time.Second)
	defer cancel()
	var seen int64
	for {
		now, err := s.vendor.Stats(ctx)
		if err != nil {
			return fmt.Errorf("%d of %d calls reached the vendor: %w", seen, wanted, err)
		}
		if seen = now.Waiting; seen >= int64(wanted) {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
}
