package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/liveness-gateway/gateway/bench/internal/load"
	"github.com/liveness-gateway/gateway/bench/internal/work"
)

// check makes every contender answer once in each way that is measured and reads each
// kind of figure once, so that CI notices what would end a run of half an hour.
func check(ctx context.Context, s *setup) error {
	const inFlight = 20
	lanes := s.checkLanes()
	for _, l := range lanes {
		if err := s.callOnce(ctx, l); err != nil {
			return fmt.Errorf("%s: %w", l.name(), err)
		}
		s.progress("%s, %s: answered", l.name(), l.work.Name)
	}
	if err := s.stopServers(); err != nil {
		return err
	}
	floor := lane{contender: "floor", protocol: work.GRPC, work: work.Small(work.TwoTargets), workers: s.workers}
	measured, err := s.measureCosts(ctx, []lane{floor})
	if err != nil {
		return err
	}
	if one := measured[floorLane][0]; one.cpu <= 0 || one.objects < 50 || one.bytes < 1000 {
		return fmt.Errorf("a call cannot cost so little: %+v", one)
	}
	footprint, err := s.measureFootprint(ctx, floor, inFlight, rampRate)
	if err != nil {
		return err
	}
	if footprint.peak <= footprint.idle {
		return fmt.Errorf("%d calls in flight cannot take no memory: %+v", inFlight, footprint)
	}
	return nil
}

// checkLanes are those of the sections that know every way of making a call, and one
// of each contender that only other sections have.
func (s *setup) checkLanes() []lane {
	small, photos := work.Small(work.TwoTargets), work.Photos(work.OneTarget)
	lanes := s.choose(slices.Concat(s.costLanes(small, s.workers), s.costLanes(photos, s.workers), s.callerLanes()))
	for _, name := range slices.Sorted(maps.Keys(contenders())) {
		l := lane{contender: name, protocol: work.GRPC, work: work.Small(work.TwoTargets)}
		if contenders()[name].gateway.sample {
			l.work = work.Small("")
		}
		covered := slices.ContainsFunc(lanes, func(other lane) bool { return other.contender == name })
		if s.available(name) && !covered {
			lanes = append(lanes, l)
		}
	}
	return lanes
}

// callOnce makes one call and sees that the vendor got it whole.
func (s *setup) callOnce(ctx context.Context, l lane) error {
	c, err := s.connect(ctx, l)
	if err != nil {
		return err
	}
	_, err = s.checked(ctx, c, func() load.Result {
		if err := c.call(ctx); err != nil {
			return load.Result{Failed: 1, Err: err}
		}
		return load.Result{OK: 1}
	})
	return errors.Join(err, c.Close())
}
