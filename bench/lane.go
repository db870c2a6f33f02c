package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/liveness-gateway/gateway/bench/internal/load"
	"github.com/liveness-gateway/gateway/bench/internal/work"
)

// direct is the lane's contender where the load calls the vendor itself.
const direct = "direct"

// callDeadline is what every call is given, as long as the gateway allows.
const callDeadline = 30 * time.Second

// lane is one way of making one call: what is measured and compared.
type lane struct {
	contender string
	protocol  work.Protocol
	// note tells apart lanes that differ in something else.
	note string
	// keys gives every call an idempotency key of its own.
	keys bool

	work    work.Work
	workers int
}

// name is how tables and -lanes call it.
func (l lane) name() string {
	name := l.contender + " " + string(l.protocol)
	if l.note != "" {
		name += ", " + l.note
	}
	return name
}

// client makes a lane's calls.
type client struct {
	lane

	// server is nil for the direct call.
	server *server
	call   load.Call

	closer io.Closer
}

// Close ends the connections that no other client shares.
func (c *client) Close() error {
	if c.closer == nil {
		return nil
	}
	return c.closer.Close()
}

// connect starts the lane's contender unless it is running, and returns a client.
func (s *setup) connect(ctx context.Context, l lane) (*client, error) {
	if l.contender == direct {
		return s.client(l, nil, load.Options{Connections: s.connections, Deadline: callDeadline})
	}
	started, err := s.start(ctx, l.contender)
	if err != nil {
		return nil, err
	}
	options := load.Options{
		Connections: s.connections, Deadline: callDeadline,
		Keys: l.keys, Authorizations: s.identities.authorizations(l),
	}
	if started.contender.gateway.encrypted {
		options.TLS = s.identities.tls()
	}
	return s.client(l, started, options)
}

// client returns a client of a running contender, nil for the vendor itself.
func (s *setup) client(l lane, of *server, options load.Options) (*client, error) {
	body, err := l.work.Encode(l.protocol)
	if err != nil {
		return nil, err
	}
	c := &client{lane: l, server: of}
	switch {
	case of == nil:
		c.call = load.NewHTTP(s.vendor.Plain, s.transport, body, options)
	case l.protocol == work.GRPC:
		c.call, c.closer, err = load.NewGRPC(of.addresses.grpc, body, options)
	case options.TLS != nil:
		c.call = load.NewHTTP("https://"+of.addresses.http, s.transport, body, options)
	default:
		c.call = load.NewHTTP("http://"+of.addresses.http, s.transport, body, options)
	}
	return c, err
}

// choose returns the lanes that are asked for and can be measured, and those that they are
// compared with.
func (s *setup) choose(lanes []lane, base ...string) []lane {
	needed := map[string]bool{}
	for _, name := range base {
		needed[name] = true
	}
	var chosen []lane
	for _, l := range lanes {
		if l.contender != direct && !s.available(l.contender) {
			continue
		}
		if needed[l.name()] || s.lanes.MatchString(l.name()) {
			chosen = append(chosen, l)
		}
	}
	return chosen
}

// rotate measures every client once a round, in reverse order every other round, so
// that what changes in the course of a round favours none.
func rotate(rounds int, clients []*client, measure func(round int, c *client) error) error {
	for round := range rounds {
		for i := range clients {
			if round%2 == 1 {
				i = len(clients) - 1 - i
			}
			if err := measure(round, clients[i]); err != nil {
				return fmt.Errorf("%s: %w", clients[i].name(), err)
			}
		}
	}
	return nil
}

// checked is the result of a window, or an error if a call in it failed or if the
// vendor did not get each call with all of its photos.
func (s *setup) checked(ctx context.Context, c *client, run func() load.Result) (load.Result, error) {
	before, err := s.vendor.Stats(ctx)
	if err != nil {
		return load.Result{}, err
	}
	result := run()
	after, err := s.vendor.Stats(ctx)
	switch {
	case err != nil:
		return result, err
	case ctx.Err() != nil:
		return result, ctx.Err()
	case result.Failed > 0:
		return result, fmt.Errorf("%d of %d calls failed: %w", result.Failed, result.OK+result.Failed, result.Err)
	case after.Calls-before.Calls != int64(result.OK):
		return result, fmt.Errorf("%d calls were answered with %d at the vendor", result.OK, after.Calls-before.Calls)
	case after.Bytes-before.Bytes < int64(result.OK)*int64(c.work.PhotoBytes()):
		return result, fmt.Errorf("the vendor got %[2]d bytes of %[1]d calls", result.OK, after.Bytes-before.Bytes)
	}
	return result, nil
}
