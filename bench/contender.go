package main

import (
	"context"
	"fmt"

	"github.com/liveness-gateway/gateway/bench/internal/rig"
	"github.com/liveness-gateway/gateway/internal/freeport"
)

// contender is a gateway or proxy between callers and a vendor.
type contender struct {
	name string
	// program is one of those built, or found on the machine.
	program string
	// grpc and http say which calls it takes, metrics whether it has a page of them.
	grpc, http, metrics bool
	// secure contenders call the vendor over TLS.
	secure  bool
	gateway gatewayOptions
	// needs is a program beside its own, "" for none.
	needs   string
	command func(*setup, contender, addresses) (rig.Command, error)
}

// addresses are where a contender listens; it may use some only.
type addresses struct {
	grpc, http, admin string
	// operator is where profiles are, of a gateway alone.
	operator string
}

// server is a running contender.
type server struct {
	*rig.Process

	contender contender
	addresses addresses
}

// metricsURL is the page of the server's metrics.
func (s *server) metricsURL() string { return "http://" + s.addresses.admin + "/metrics" }

// routeCount is the number of routes that the gateway is measured with.
const routeCount = 20

// contenders returns all of them by name.
func contenders() map[string]contender {
	all := []contender{
		{name: "floor", program: "floor", grpc: true, metrics: true, command: goProgram},
		{name: "floor-tls", program: "floor", grpc: true, metrics: true, secure: true, command: goProgram},
		{name: "stock-tcp", program: "stock", grpc: true, http: true, metrics: true, command: goProgram},
		{name: "stock-inprocess", program: "stock", http: true, metrics: true, command: goProgram},
		{name: "reverseproxy", program: "reverseproxy", http: true, metrics: true, command: goProgram},
		{name: "nginx", program: "nginx", http: true, command: nginx},
		{name: "haproxy", program: "haproxy", http: true, command: haproxy},
		gatewayContender("gateway", gatewayOptions{routes: routeCount}),
		baselineContender(),
		gatewayContender("gateway-traced", gatewayOptions{routes: routeCount, traced: true}),
		gatewayContender("gateway-encrypted", gatewayOptions{routes: routeCount, encrypted: true}),
		gatewayContender("gateway-callers", gatewayOptions{routes: routeCount, encrypted: true, callers: 1}),
		gatewayContender("gateway-1000-callers", gatewayOptions{routes: routeCount, encrypted: true, callers: manyCallers}),
		gatewayContender("gateway-limited", gatewayOptions{routes: routeCount, maxCalls: peakWorkers}),
		gatewayContender("gateway-sample", gatewayOptions{sample: true}),
		gatewayContender("gateway-1-route", gatewayOptions{routes: 1}),
		gatewayContender("gateway-100-routes", gatewayOptions{routes: 100}),
		gatewayContender("gateway-10000-routes", gatewayOptions{routes: 10_000}),
	}
	shared := gatewayContender("gateway-redis", gatewayOptions{routes: routeCount, redis: true})
	shared.needs = redisServer
	secure := gatewayContender("gateway-tls", gatewayOptions{routes: routeCount})
	secure.secure = true
	byName := map[string]contender{secure.name: secure, shared.name: shared}
	for _, c := range all {
		byName[c.name] = c
	}
	return byName
}

func gatewayContender(name string, options gatewayOptions) contender {
	return contender{
		name: name, program: "gateway", grpc: true, http: true, metrics: true,
		gateway: options, command: gateway,
	}
}

// baselineContender is another gateway's binary with the gateway's configuration.
func baselineContender() contender {
	c := gatewayContender(baselineProgram, gatewayOptions{routes: routeCount})
	c.program = baselineProgram
	return c
}

// available reports whether the contender's programs are there.
func (s *setup) available(name string) bool {
	c := contenders()[name]
	return s.programs[c.program] != "" && (c.needs == "" || s.programs[c.needs] != "")
}

// start runs a contender, or returns it if it is running.
func (s *setup) start(ctx context.Context, name string) (*server, error) {
	for _, running := range s.running {
		if running.contender.name == name {
			return running, nil
		}
	}
	return s.startFresh(ctx, name)
}

// startFresh runs a contender beside those that are running. Another process may take a
// free address first, so it is tried again with others.
func (s *setup) startFresh(ctx context.Context, name string) (started *server, err error) {
	const tries = 3
	c, known := contenders()[name]
	if !known {
		return nil, fmt.Errorf("no contender %q", name)
	}
	if c.needs == redisServer {
		if err := s.startRedis(ctx); err != nil {
			return nil, err
		}
	}
	for range tries {
		if started, err = s.startOnce(ctx, c); err == nil {
			s.running = append(s.running, started)
			return started, nil
		}
	}
	return nil, err
}

func (s *setup) startOnce(ctx context.Context, c contender) (*server, error) {
	var a addresses
	for _, listener := range []struct {
		address *string
		wanted  bool
	}{{&a.grpc, c.grpc}, {&a.http, c.http}, {&a.admin, c.metrics}, {&a.operator, c.program == "gateway"}} {
		if !listener.wanted {
			continue
		}
		var err error
		if *listener.address, err = freeport.TakeAddress(); err != nil {
			return nil, err
		}
	}
	command, err := c.command(s, c, a)
	if err != nil {
		return nil, err
	}
	command.Name = c.name
	for _, address := range []string{a.grpc, a.http, a.admin, a.operator} {
		if address != "" {
			command.Listens = append(command.Listens, address)
		}
	}
	process, err := rig.Start(ctx, s.folder, command)
	if err != nil {
		return nil, err
	}
	return &server{process, c, a}, nil
}

// vendorURL is the base URL that the contender calls.
func (s *setup) vendorURL(c contender) string {
	if c.secure {
		return s.vendor.Secure
	}
	return s.vendor.Plain
}

// goProgram is the command of the programs that the benchmark brings.
func goProgram(s *setup, c contender, a addresses) (rig.Command, error) {
	args := []string{
		s.programs[c.program], "-listen-grpc", a.grpc, "-listen-rest", a.http, "-listen-admin", a.admin,
		"-vendor", s.vendorURL(c),
	}
	if c.secure {
		args = append(args, "-ca", s.vendor.CAFile)
	}
	return rig.Command{Args: args}, nil
}
