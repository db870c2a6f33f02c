package main

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/liveness-gateway/gateway/internal/faulttest/timing"
	"github.com/liveness-gateway/gateway/tools/attack/internal/classes"
	"github.com/liveness-gateway/gateway/tools/attack/internal/process"
	"github.com/liveness-gateway/gateway/tools/attack/internal/vendors"
)

// script says how long the parts of a run are.
type script struct {
	// warm are calls that open connections, calm is measured without an attack, one and
	// many from one connection and from many.
	warm, calm, one, many time.Duration
}

var (
	shortScript = script{warm: 80 * time.Millisecond, calm: 200 * time.Millisecond, one: 200 * time.Millisecond, many: 400 * time.Millisecond}
	longScript  = script{warm: time.Second, calm: 10 * time.Second, one: 10 * time.Second, many: 10 * time.Second}
)

// tries is how often a class is played whose times alone are not as they should be; the last one
// counts. The p99 of some hundred calls is the second slowest of them: two that the machine holds
// up decide it, but not three times.
const tries = 3

// stage plays classes. One at a time is prepared and measured: while it rests, which is
// waiting, the next one is.
type stage struct {
	script         script
	binary, folder string
	measuring      sync.Mutex
}

// play plays a class. It fails only if it cannot be played; what the gateway got wrong is in
// the report.
func (s *stage) play(ctx context.Context, c *classes.Class) (*report, error) {
	for again := 0; ; again++ {
		o, err := s.playOnce(ctx, c)
		if err != nil {
			return nil, err
		}
		if r := o.report(); r.timed == 0 || len(r.broken) > r.timed || again+1 == tries {
			r.repeated = again
			return r, nil
		}
	}
}

// observed is all that is known of a run.
type observed struct {
	class *classes.Class
	// warm, calm, one, many and after are the good caller's windows.
	warm, calm, one, many, after *window
	lag                          time.Duration
	// others is the share of the machine that other processes had during the attack.
	others float64
	// byOne and byMany are what the attackers did.
	byOne, byMany result
	before, rest  process.Resources
	restTime      time.Duration
	memory        int64
	strange       []string
	// stopped is how the gateway ended.
	stopped error
}

func (s *stage) playOnce(ctx context.Context, c *classes.Class) (_ *observed, err error) {
	s.measuring.Lock()
	measured := sync.OnceFunc(s.measuring.Unlock)
	defer measured()
	folder, err := os.MkdirTemp(s.folder, "class-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	good, err := vendors.StartGood()
	if err != nil {
		return nil, err
	}
	defer good.Close()
	hostile, err := startAttackers(ctx, c)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, hostile.stop()) }()
	file, err := process.WriteConfig(folder, good.URL, hostile.vendor, classes.Scenarios())
	if err != nil {
		return nil, err
	}
	gateway, err := process.Start(ctx, s.binary, file)
	if err != nil {
		return nil, err
	}
	o := &observed{class: c}
	err = o.watch(ctx, s.script, gateway, good, hostile, measured)
	measured()
	o.stopped = gateway.Stop()
	o.strange = gateway.Strange
	if err != nil && o.stopped != nil {
		err = nil // the gateway is gone, which the report says
	}
	return o, err
}

// ramp bounds the time in which attackers open their connections.
const ramp = 2 * time.Second

// watch attacks beside the good caller. It tells when all is measured that others could disturb.
func (o *observed) watch(ctx context.Context, s script, gateway *process.Gateway, good *vendors.Good, hostile *attackers, measured func()) error {
	calls, err := newCaller(gateway.GRPC, gateway.REST)
	if err != nil {
		return err
	}
	defer calls.close()
	o.warm = calls.begin()
	o.callFor(ctx, calls, s.warm)
	if o.before, _, err = settle(ctx, gateway, good, calls, nil); err != nil {
		return err
	}

	lag := timing.NewLag(time.Now())
	calling, stop := context.WithCancel(ctx)
	defer stop()
	var beside sync.WaitGroup
	var unwatched error
	beside.Go(func() { unwatched = lag.Watch(calling) })
	beside.Go(func() { calls.call(calling) })
	o.calm = calls.begin()
	timing.Pause(ctx, s.calm)
	family := []int{os.Getpid(), gateway.ID(), hostile.command.Process.Pid}
	used, err := process.LookAtMachine(family)
	if err != nil {
		return err
	}
	if err := o.attack(order{GRPC: gateway.GRPC, REST: gateway.REST, Ramp: ramp}, s, hostile, calls); err != nil {
		return err
	}
	o.after = calls.begin()
	stop()
	ended := time.Now()
	beside.Wait()
	after, err := process.LookAtMachine(family)
	if err := errors.Join(err, unwatched); err != nil {
		return err
	}
	o.others = after.Others(used)
	measured()
	o.lag = lag.Worst()
	var rested time.Time
	o.rest, rested, err = settle(ctx, gateway, good, calls, &o.before)
	o.restTime = rested.Sub(ended)
	if err != nil {
		return err
	}
	if o.memory, err = gateway.PeakMemory(); err != nil {
		return err
	}
	o.callFor(ctx, calls, s.warm)
	calls.rest()
	return nil
}

// attack attacks over one connection, then over many.
func (o *observed) attack(at order, s script, hostile *attackers, calls *caller) (err error) {
	o.one = calls.begin()
	at.Connections, at.For = 1, s.one
	if o.byOne, err = hostile.attack(at); err != nil {
		return err
	}
	o.many = calls.begin()
	at.Connections, at.For = o.class.Many(), s.many
	o.byMany, err = hostile.attack(at)
	return err
}

// callFor makes the good caller's calls for a while.
func (o *observed) callFor(ctx context.Context, calls *caller, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	calls.call(ctx)
	calls.running.Wait()
}

// restLimit is how soon everything must be at rest, and settleLimit how long is looked at
// it, so that the report can tell how long it took.
const (
	restLimit   = 10 * time.Second
	settleLimit = 12 * time.Second
	// settleStep is how long it is not looked at between: each look collects garbage, beside
	// the class that is measured next.
	settleStep = 100 * time.Millisecond
)

// settle reads what the gateway holds until it is no more than before, or until the time
// is over. Without before it waits until nothing changes.
func settle(ctx context.Context, gateway *process.Gateway, good *vendors.Good, calls *caller, before *process.Resources) (held process.Resources, at time.Time, err error) {
	var last process.Resources
	for end := time.Now().Add(settleLimit); ; {
		calls.rest()
		good.Disconnect()
		now, err := gateway.Resources(ctx)
		at = time.Now()
		if err != nil {
			return now, at, err
		}
		steady := before == nil && now.Goroutines == last.Goroutines && now.Descriptors == last.Descriptors
		if steady || before != nil && now.Within(*before) || at.After(end) {
			return now, at, nil
		}
		last = now
		timing.Pause(ctx, settleStep)
	}
}
