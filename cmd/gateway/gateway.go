package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/sensitive"
	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/telemetry"
)

// gateway is the whole server: three listeners and what answers on them.
type gateway struct {
	config *config.Config
	log    *zap.Logger

	grpc   *grpc.Server
	health *health.Server
	rest   *http.Server
	admin  *http.Server

	grpcListener, restListener, adminListener net.Listener

	transports []*transport
	spans      *telemetry.Spans // nil if calls are not traced
	stopping   atomic.Bool
}

// newGateway wires everything and opens the listeners, so that a taken port is known
// before anything runs.
func newGateway(cfg *config.Config, log *zap.Logger) (*gateway, error) {
	g := &gateway{config: cfg, log: log}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	metrics, err := telemetry.NewMetrics(registry, build())
	if err != nil {
		return nil, err
	}
	router := routing.New(g.routes(), metrics.ObserveAttempt)
	status := func() routing.Status { return router.Status(time.Now()) }
	if err := registry.Register(telemetry.NewState(status)); err != nil {
		return nil, err
	}
	keeper, err := newKeeper(cfg.Idempotency)
	if err != nil {
		return nil, err
	}
	if g.spans, err = newSpans(log); err != nil {
		return nil, err
	}
	service := server.NewService(router, keeper, g.observers(metrics)...)
	service.Limit(server.Limits{
		MaxCalls: cfg.Limits.MaxCalls, MaxPhotoBytes: int64(cfg.Limits.MaxPhotoBytes),
	})
	errorLog, err := zap.NewStdLogAt(log, zap.DebugLevel)
	if err != nil {
		return nil, err
	}
	g.grpc, g.health = server.NewGRPC(service)
	g.rest = server.NewREST(service, errorLog)
	g.admin = server.NewAdmin(server.Admin{
		Metrics: promhttp.HandlerFor(registry, promhttp.HandlerOpts{}),
		Ready:   func() bool { return !g.stopping.Load() },
		Status:  status, Loopback: cfg.Listen.AdminOnLoopback(),
	}, errorLog)
	return g, g.listen()
}

// routes opens the configured accounts and returns the routes over them.
func (g *gateway) routes() []routing.Route {
	accounts := make(map[string]providers.Account)
	guards := make(map[string]*guard.Account)
	for i := range g.config.Accounts {
		transport := newTransport(&g.config.Accounts[i])
		g.transports = append(g.transports, transport)
		accounts[g.config.Accounts[i].Name] = open(&g.config.Accounts[i], transport)
		guards[g.config.Accounts[i].Name] = guard.NewAccount(len(g.config.Accounts[i].Credentials), g.config.Accounts[i].MaxInFlight)
	}
	routes := make([]routing.Route, len(g.config.Routes))
	for i, r := range g.config.Routes {
		routes[i] = routing.Route{
			Flow: r.Flow, Scenario: r.Scenario, Weighted: r.Weighted,
			AcceptedProducts: r.AcceptedProducts, StopAfterAmbiguous: r.StopAfterAmbiguous,
		}
		for _, t := range r.Targets {
			account := g.config.Account(t.Account)
			routes[i].Targets = append(routes[i].Targets, routing.Target{
				Product:  account.Provider.Product(t.Product),
				Provider: account.Provider.Name, Account: account.Name, Region: account.Region,
				Weight: float64(t.Weight), Timeout: account.Timeout,
				Issuer: accounts[t.Account].NewTarget(t.Product, t.Parameters),
				Guard:  guards[t.Account], OutOfService: g.config.TakenOut(t.Account, t.Product),
				Credentials: account.CredentialNames(), Parameters: slices.Sorted(maps.Keys(t.Parameters)),
			})
		}
	}
	return routes
}

// open returns the account, whose calls are made over the transport.
func open(account *config.Account, over http.RoundTripper) providers.Account {
	credentials := make([]map[string]sensitive.String, len(account.Credentials))
	for i, c := range account.Credentials {
		credentials[i] = c.Secrets
	}
	return account.Provider.Open(providers.AccountConfig{
		BaseURL: account.BaseURL, PathPrefix: account.PathPrefix,
		Credentials: credentials, Options: account.Options,
		Transport: over,
		Random:    func(p []byte) { _, _ = rand.Read(p) }, // it never fails
	})
}

func (g *gateway) listen() error {
	for _, l := range []struct {
		name, address string
		listener      *net.Listener
	}{
		{"grpc", g.config.Listen.GRPC, &g.grpcListener},
		{"rest", g.config.Listen.REST, &g.restListener},
		{"admin", g.config.Listen.Admin, &g.adminListener},
	} {
		listener, err := net.Listen("tcp", l.address)
		if err != nil {
			g.closeListeners()
			return fmt.Errorf("cannot listen for %s: %w", l.name, err)
		}
		*l.listener = listener
	}
	return nil
}

func (g *gateway) closeListeners() {
	for _, listener := range []net.Listener{g.grpcListener, g.restListener, g.adminListener} {
		if listener != nil {
			_ = listener.Close()
		}
	}
}

// run serves until ctx ends or a listener fails, then stops accepting and lets running
// calls end within the configured grace.
func (g *gateway) run(ctx context.Context) error {
	g.log.Info("serving", zap.String("version", build().Version),
		zap.Stringer("grpc", g.grpcListener.Addr()), zap.Stringer("rest", g.restListener.Addr()),
		zap.Stringer("admin", g.adminListener.Addr()))
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return served(g.grpc.Serve(g.grpcListener)) })
	group.Go(func() error { return served(g.rest.Serve(g.restListener)) })
	group.Go(func() error { return served(g.admin.Serve(g.adminListener)) })
	group.Go(func() error {
		<-ctx.Done()
		g.shutdown()
		return nil
	})
	err := group.Wait()
	_ = g.log.Sync() // fails on a terminal, where there is nothing to sync
	return err
}

// served drops the errors by which net/http and gRPC say that they were told to stop, be
// it before they began.
func served(err error) error {
	if errors.Is(err, http.ErrServerClosed) || errors.Is(err, grpc.ErrServerStopped) {
		return nil
	}
	return err
}
