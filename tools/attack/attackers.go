package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"github.com/liveness-gateway/gateway/internal/faulttest/timing"
	"github.com/liveness-gateway/gateway/tools/attack/internal/classes"
	"github.com/liveness-gateway/gateway/tools/attack/internal/process"
	"github.com/liveness-gateway/gateway/tools/attack/internal/vendors"
	"github.com/liveness-gateway/gateway/tools/attack/internal/wire"
)

// attackersCommand makes this program the attackers' process: they are driven by orders
// on its standard input, each of which ends with a result on its standard output.
const attackersCommand = "attackers"

// order has the attackers attack for a while from when their connections are open.
type order struct {
	GRPC, REST  string
	Connections int
	// Ramp bounds the time in which the connections are opened.
	Ramp, For time.Duration
}

// result is what they did.
type result struct {
	// Connections were opened, Requests sent, Answered answered.
	Connections, Requests, Answered int64
	// Found is what the gateway must not do.
	Found string
}

// greeting tells where the vendor of their calls listens.
type greeting struct{ Vendor string }

// serveAttackers carries out orders for a class until there are no more.
func serveAttackers(title string, orders io.Reader, results io.Writer) error {
	stuck := time.AfterFunc(longLimit, func() { os.Exit(1) })
	defer stuck.Stop()
	var c *classes.Class
	for _, known := range classes.All() {
		if known.Title() == title {
			c = known
		}
	}
	if c == nil {
		return fmt.Errorf("no class %q", title)
	}
	v, err := vendors.StartHostile(c.Answer)
	if err != nil {
		return err
	}
	defer v.Close()
	out := json.NewEncoder(results)
	if err := out.Encode(greeting{v.Address}); err != nil {
		return err
	}
	for in := json.NewDecoder(orders); ; {
		var o order
		if err := in.Decode(&o); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		r := attackWith(c, o)
		v.Disconnect()
		if err := out.Encode(r); err != nil {
			return err
		}
	}
}

// reconnectPause keeps an attacker whose connections are refused from doing nothing but dial.
const reconnectPause = 2 * time.Millisecond

// attackWith plays the class from the connections of the order.
func attackWith(c *classes.Class, o order) result {
	ctx, cancel := context.WithTimeout(context.Background(), o.Ramp+o.For)
	defer cancel()
	p := &wire.Pace{Rate: c.Rate}
	var all wire.Counts
	var found atomic.Pointer[string]
	var running sync.WaitGroup
	for i := range o.Connections {
		running.Go(func() {
			t := &wire.Target{GRPC: o.GRPC, REST: o.REST, Number: i, Counts: &all, Pace: p}
			for ctx.Err() == nil {
				if err := c.Attack(ctx, t); err != nil {
					text := err.Error()
					found.CompareAndSwap(nil, &text)
				}
				timing.Pause(ctx, reconnectPause)
			}
		})
	}
	for end := time.Now().Add(o.Ramp); all.Connections.Load() < int64(o.Connections) && time.Now().Before(end); {
		timing.Pause(ctx, reconnectPause)
	}
	timing.Pause(ctx, o.For)
	cancel()
	running.Wait()
	r := result{Connections: all.Connections.Load(), Requests: all.Requests.Load(), Answered: all.Answered.Load()}
	if text := found.Load(); text != nil {
		r.Found = *text
	}
	return r
}

// attackers is the process, seen from outside.
type attackers struct {
	command *exec.Cmd
	orders  io.WriteCloser
	results *json.Decoder
	vendor  string
}

// startAttackers starts the process of a class.
func startAttackers(ctx context.Context, c *classes.Class) (*attackers, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	a := &attackers{command: exec.CommandContext(ctx, "nice", "-n", "10", self, attackersCommand, c.Title())}
	a.command.Env = append(a.command.Environ(), "GOMAXPROCS=1")
	a.command.Stderr = os.Stderr
	if a.orders, err = a.command.StdinPipe(); err != nil {
		return nil, err
	}
	output, err := a.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	a.results = json.NewDecoder(bufio.NewReader(output))
	if err := a.command.Start(); err != nil {
		return nil, err
	}
	var g greeting
	if err := a.results.Decode(&g); err != nil {
		return nil, errors.Join(err, a.stop())
	}
	a.vendor = g.Vendor
	return a, nil
}

// attack carries out one order.
func (a *attackers) attack(o order) (result, error) {
	var r result
	if err := json.NewEncoder(a.orders).Encode(o); err != nil {
		return r, err
	}
	err := a.results.Decode(&r)
	return r, err
}

// stop ends the process, which nothing but its orders keeps.
func (a *attackers) stop() error {
	_ = a.orders.Close()
	kill := time.AfterFunc(process.Patience, func() { _ = a.command.Process.Kill() })
	defer kill.Stop()
	return a.command.Wait()
}
