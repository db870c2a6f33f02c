package faulttest

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/liveness-gateway/gateway/internal/faulttest/faultyvendor"
	"github.com/liveness-gateway/gateway/internal/faulttest/judge"
	"github.com/liveness-gateway/gateway/internal/faulttest/process"
	"github.com/liveness-gateway/gateway/internal/faulttest/report"
	"github.com/liveness-gateway/gateway/internal/faulttest/timing"
	"github.com/liveness-gateway/gateway/internal/faulttest/traffic"
)

// Mode is what a run can tell.
type Mode int

// Short runs of a few seconds, and long ones of 20 s and more.
const (
	// Untimed runs are short and judged by what does not depend on the speed of the
	// machine: they hold on a busy one, too.
	Untimed Mode = iota
	// Timed runs are short and judged by how soon things happen as well.
	Timed
	// Long runs are timed.
	Long
)

// Options says how rows are run.
type Options struct {
	Gateway process.Command
	// Folder is where the configuration is written; a run has one of its own.
	Folder string
	// Rate is in calls a second.
	Rate float64
	Seed uint64
	Mode Mode
}

// A timed run that goes wrong while the scheduling lag is beyond tooLate says nothing of
// the gateway: it is repeated, and the last of so many tries counts whatever the lag.
const (
	tooLate = 100 * time.Millisecond
	tries   = 3
)

// Run plays the row. It fails only if it cannot be played; what the gateway got wrong is
// in the report.
func Run(ctx context.Context, row *Row, o Options) (*report.Report, error) {
	for again := 0; ; again++ {
		r, err := run(ctx, row, o)
		if err != nil {
			return nil, err
		}
		if r.Repeated = again; len(r.Broken) == 0 || o.Mode == Untimed || r.Lag < tooLate || again+1 == tries {
			return r, nil
		}
	}
}

func run(ctx context.Context, row *Row, o Options) (*report.Report, error) {
	vs, err := faultyvendor.Start(faultyvendor.Options{
		TLS: row.tls, FirstTakes: row.firstTakes, Rate: o.Rate,
		Random: func(name string) *rand.Rand { return newRandom(o.Seed, name) },
	})
	if err != nil {
		return nil, err
	}
	defer vs.Close()
	file, err := writeConfig(o.Folder, row, vs, row.waits(o.Mode))
	if err != nil {
		return nil, err
	}
	log := &process.Log{}
	gateway, err := o.Gateway.Start(ctx, file, log.Add)
	if err != nil {
		return nil, fmt.Errorf("%w: %q", err, log.Unrecovered)
	}
	seen, err := play(ctx, row, o, vs, gateway)
	stopped := gateway.Stop()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", row.Name, err)
	}
	seen.Log, seen.Stopped, seen.Ledgers = log, stopped, vs.Ledgers()
	return judge.Run(seen), nil
}

// play makes the calls while the script runs, and looks at what the gateway holds before
// and after.
func play(ctx context.Context, row *Row, o Options, vs faultyvendor.Vendors, gateway *process.Gateway) (*judge.Observed, error) {
	clients, err := traffic.Connect(ctx, gateway.GRPC, gateway.REST)
	if err != nil {
		return nil, err
	}
	defer clients.Close()
	seen := &judge.Observed{Want: row.want(), Timed: o.Mode != Untimed, Rate: o.Rate}
	w := row.waits(o.Mode)
	load := &traffic.Load{
		Clients: clients, Kinds: row.kinds(), Run: fmt.Sprintf("run-%d", o.Seed), Random: newRandom(o.Seed, row.Name),
		Deadline: w.deadline, Patience: w.patience, CancelWithin: 3 * faultyvendor.UsualDelay,
	}
	rest := func() (process.Resources, error) {
		vs.Disconnect()
		clients.CloseIdle()
		return gateway.Resources(ctx)
	}

	load.Make(ctx, o.Rate, warmUp, nil)
	load.Wait()
	if seen.Before, err = settle(rest, process.Resources{}, settleTime); err != nil {
		return nil, err
	}

	l := row.length(o.Mode)
	seen.Spans = row.spans(time.Now(), l)
	seen.Lag = timing.NewLag(time.Now())
	watching, stop := context.WithCancel(ctx)
	var beside sync.WaitGroup
	var unwatched, failed error
	beside.Go(func() { unwatched = seen.Lag.Watch(watching) })
	played := make(chan struct{})
	beside.Go(func() {
		defer close(played)
		failed = script(ctx, row, vs, seen)
	})
	load.Make(ctx, o.Rate, l.calm+l.fault+l.after, played)
	seen.End = time.Now()
	seen.Calls = load.Wait()
	stop()
	beside.Wait()
	if err := errors.Join(unwatched, failed); err != nil {
		return nil, err
	}
	within := settleTime
	if !seen.Timed {
		within = process.Patience
	}
	seen.After, err = settle(rest, seen.Before, within)
	return seen, err
}

// newRandom returns the random numbers of one use of a run's seed.
func newRandom(seed uint64, use string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(use)) // it never fails
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// warmUp opens the connections that stay.
const warmUp = 200 * time.Millisecond

// script begins and ends the faults at their times. In an untimed run a fault whose
// beginning took long ends later.
func script(ctx context.Context, row *Row, vs faultyvendor.Vendors, seen *judge.Observed) error {
	for _, s := range seen.Spans {
		timing.Pause(ctx, time.Until(s.Begin))
		var ends []func()
		for _, name := range row.vendors() {
			end, err := row.fault(vs[name])
			if err != nil {
				return fmt.Errorf("fault at %s: %w", name, err)
			}
			ends = append(ends, end)
		}
		if !seen.Timed {
			s.End = time.Now().Add(s.End.Sub(s.Begin))
		}
		timing.Pause(ctx, time.Until(s.End))
		for _, end := range ends {
			end()
		}
	}
	return nil
}

// settleTime is how long goroutines and descriptors may take to end in a timed run.
const settleTime = 5 * time.Second

// settle reads what the gateway holds at rest until it is no more than before, or until
// the time is over. Before is zero the first time: then it waits until nothing changes.
func settle(rest func() (process.Resources, error), before process.Resources, within time.Duration) (process.Resources, error) {
	var last process.Resources
	for end := time.Now().Add(within); ; {
		now, err := rest()
		if err != nil {
			return now, err
		}
		steady := before == (process.Resources{}) && now == last
		if steady || now.Within(before) || time.Now().After(end) {
			return now, nil
		}
		last = now
		time.Sleep(100 * time.Millisecond)
	}
}
