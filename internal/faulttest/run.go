package faulttest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox"
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
	Gateway Command
	// Folder is where the configuration is written; a run has one of its own.
	Folder string
	// Rate is in calls a second.
	Rate float64
	Seed uint64
	Mode Mode
}

// observed is all that is known of a run.
type observed struct {
	row     *Row
	timed   bool
	rate    float64
	calls   []*call
	spans   []span
	end     time.Time // of the load
	ledgers map[string][]sandbox.Entry
	log     *gatewayLog
	lag     *Lag
	// before and after are what the gateway held without any call.
	before, after resources
	stopped       error
}

// A timed run that goes wrong while the scheduling lag is beyond tooLate says nothing of
// the gateway: it is repeated, and the last of so many tries counts whatever the lag.
const (
	tooLate = 100 * time.Millisecond
	tries   = 3
)

// Run plays the row. It fails only if it cannot be played; what the gateway got wrong is
// in the report.
func Run(ctx context.Context, row *Row, o Options) (*Report, error) {
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

func run(ctx context.Context, row *Row, o Options) (*Report, error) {
	vs, err := startVendors(row, o)
	if err != nil {
		return nil, err
	}
	defer vs.close()
	file, err := writeConfig(o.Folder, row, vs, row.waits(o.Mode))
	if err != nil {
		return nil, err
	}
	gateway, err := o.Gateway.start(file)
	if err != nil {
		return nil, err
	}
	seen, err := play(ctx, row, o, vs, gateway)
	stopped := gateway.stop()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", row.Name, err)
	}
	seen.log, seen.stopped, seen.ledgers = &gateway.log, stopped, map[string][]sandbox.Entry{}
	for name, v := range vs {
		seen.ledgers[name] = v.standIn.Ledger()
	}
	return report(seen), nil
}

// play makes the calls while the script runs, and looks at what the gateway holds before
// and after.
func play(ctx context.Context, row *Row, o Options, vs vendors, gateway *process) (*observed, error) {
	callers, err := connect(ctx, gateway.grpc, gateway.rest)
	if err != nil {
		return nil, err
	}
	defer callers.close()
	seen := &observed{row: row, timed: o.Mode != Untimed, rate: o.Rate, lag: &Lag{}}
	calls := &load{callers: callers, kinds: row.kinds(), waits: row.waits(o.Mode), random: newRandom(o.Seed, row.Name), run: fmt.Sprintf("run-%d", o.Seed)}
	rest := func() (resources, error) {
		vs.disconnect()
		callers.rest.client.CloseIdleConnections()
		return gateway.resources(ctx)
	}

	calls.make(ctx, o.Rate, warmUp)
	calls.running.Wait()
	if seen.before, err = settle(rest, resources{}, settleTime); err != nil {
		return nil, err
	}

	l := row.length(o.Mode)
	seen.spans = row.spans(time.Now(), l)
	watching, stop := context.WithCancel(ctx)
	var beside sync.WaitGroup
	var unwatched, failed error
	beside.Go(func() { unwatched = seen.lag.Watch(watching) })
	beside.Go(func() { failed = script(ctx, row, vs, seen.spans) })
	calls.make(ctx, o.Rate, l.calm+l.fault+l.after)
	seen.end = time.Now()
	calls.running.Wait()
	stop()
	beside.Wait()
	if err := errors.Join(unwatched, failed); err != nil {
		return nil, err
	}
	seen.calls = calls.calls
	within := settleTime
	if !seen.timed {
		within = patience
	}
	seen.after, err = settle(rest, seen.before, within)
	return seen, err
}

// warmUp opens the connections that stay.
const warmUp = 200 * time.Millisecond

// script begins and ends the faults at their times.
func script(ctx context.Context, row *Row, vs vendors, spans []span) error {
	for i := range spans {
		pause(ctx, time.Until(spans[i].begin))
		var ends []func()
		for _, name := range row.vendors() {
			end, err := row.fault(vs[name])
			if err != nil {
				return fmt.Errorf("fault at %s: %w", name, err)
			}
			ends = append(ends, end)
		}
		pause(ctx, time.Until(spans[i].end))
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
func settle(rest func() (resources, error), before resources, within time.Duration) (resources, error) {
	var last resources
	for end := time.Now().Add(within); ; {
		now, err := rest()
		if err != nil {
			return now, err
		}
		steady := before == (resources{}) && now == last
		if steady || now.within(before) || time.Now().After(end) {
			return now, nil
		}
		last = now
		time.Sleep(100 * time.Millisecond)
	}
}

// within reports whether no more is held than before, but for what a runtime and the
// reading of metrics may hold at any time.
func (r resources) within(before resources) bool {
	const moreGoroutines, moreDescriptors = 5, 3
	return r.goroutines <= before.goroutines+moreGoroutines && r.descriptors <= before.descriptors+moreDescriptors &&
		r.inFlight == 0
}
