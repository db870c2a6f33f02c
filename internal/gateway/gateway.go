// Package gateway is the whole server of a configuration: it opens accounts and routes, serves on four
// listeners, and drains and stops all of them together. It must not know which vendors there are, nor
// flags and commands.
package gateway

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/gateway/tracing"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/outofservice"
	"github.com/liveness-gateway/gateway/internal/recent"
	"github.com/liveness-gateway/gateway/internal/redis"
	"github.com/liveness-gateway/gateway/internal/reload"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/routing/state"
	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/server/admin"
	"github.com/liveness-gateway/gateway/internal/server/grpcserver"
	"github.com/liveness-gateway/gateway/internal/server/grpcserver/wire"
	"github.com/liveness-gateway/gateway/internal/server/rest"
	"github.com/liveness-gateway/gateway/internal/service"
	"github.com/liveness-gateway/gateway/internal/stdlog"
	"github.com/liveness-gateway/gateway/internal/telemetry"
	"github.com/liveness-gateway/gateway/internal/telemetry/accesslog"
	"github.com/liveness-gateway/gateway/internal/telemetry/metrics"
	"github.com/liveness-gateway/gateway/internal/telemetry/spans"
)

// Gateway is four listeners and the servers behind them.
type Gateway struct {
	live

	// config is the first configuration, for what cannot change while the gateway runs.
	config *config.Config
	log    *zap.Logger
	build  telemetry.Build

	grpc     *grpc.Server
	health   *health.Server
	rest     *http.Server
	admin    *http.Server
	operator *http.Server

	grpcListener, restListener, adminListener, operatorListener listener
	encryption                                                  []*encryption

	refusals wire.Refusals
	lines    *accesslog.Buffer // nil if the log does not wait
	logLevel http.Handler

	redis     *redis.Client // nil if replicas share nothing
	spans     *spans.Spans  // nil if calls are not traced, and then spanQueue too
	spanQueue *spans.Queue

	beSeen func(context.Context) // nil if replicas share nothing

	parse    Parse // nil if nothing is reloaded
	reloader *reload.Reloader
	applying sync.Mutex // held while a configuration, or what is out of service, is taken into use

	out    []outofservice.Entry // what the log last said is out of service
	recent *recent.Recorder

	stopping atomic.Bool
}

// Option changes a gateway beyond its configuration.
type Option func(*Gateway)

// WithLogBuffer makes the metrics say how many lines are waiting to be logged, and how many were dropped.
func WithLogBuffer(lines *accesslog.Buffer) Option { return func(g *Gateway) { g.lines = lines } }

// New wires everything and opens the listeners, so that a taken port is known before
// anything runs. Run must follow: it alone closes them.
func New(cfg *config.Config, log *zap.Logger, build telemetry.Build, options ...Option) (_ *Gateway, err error) {
	g := &Gateway{config: cfg, log: log, build: build, logLevel: http.NotFoundHandler()}
	for _, option := range options {
		option(g)
	}
	defer func() {
		if err != nil {
			g.closeListeners()
			g.closeRedis()
		}
	}()
	g.refusals.Log = func(reason string, total int64, from net.Addr) {
		log.Info("refused by the gRPC library", zap.String("reason", reason), zap.Int64("total", total), zap.Stringer("from", from))
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if g.metrics, err = metrics.New(registry, build); err != nil {
		return nil, err
	}
	g.recent = recent.New()
	g.router = routing.New(nil, func(a *routing.Attempt) {
		g.metrics.ObserveAttempt(a)
		rememberAttempt(g.recent, a)
	})
	g.controller, g.scenarios = &admission.Controller{}, accesslog.NewScenarios(nil)
	g.keys = idempotency.NewMemory(cfg.Idempotency.MaxKeys, int(cfg.Idempotency.MaxBytes))
	if err := g.registerState(registry); err != nil {
		return nil, err
	}
	if g.spans, g.spanQueue, err = tracing.New(log, build); err != nil {
		return nil, err
	}
	if g.redis, err = openRedis(cfg.Redis, g.runningRedis, registry, log); err != nil {
		return nil, err
	}
	if g.keeper, err = newKeeper(cfg, g.keys, g.redis, g.metrics); err != nil {
		return nil, err
	}
	g.countLimits()
	g.listOutOfService()
	g.dispatcher = server.NewDispatcher(g.controller, g.rates, g.observers()...)
	livenessv1.RegisterLivenessServiceServer(g.dispatcher, service.New(g.router, g.keeper))
	if err := g.use(cfg, log); err != nil {
		return nil, err
	}
	g.prepareReload()
	if err := g.listen(); err != nil {
		return nil, err
	}
	if err := errors.Join(registry.Register(g.edge()), registry.Register(g.saturation())); err != nil {
		return nil, err
	}
	g.serveCalls()
	g.servePages(registry)
	return g, nil
}

// observers returns the observers of calls, in order: spans come first, because they set the trace that
// the log names.
func (g *Gateway) observers() []func(*call.Call) {
	noteTrace := spans.NoteTrace
	if g.spans != nil {
		noteTrace = g.spans.ObserveCall
	}
	return []func(*call.Call){noteTrace, g.metrics.ObserveCall, rememberCall(g.recent), accesslog.New(g.log, g.scenarios)}
}

// registerState registers the metrics that show the state at the moment.
func (g *Gateway) registerState(registry *prometheus.Registry) error {
	for _, collector := range []prometheus.Collector{
		metrics.NewState(g.status),
		callersInFlight{&g.live},
		metrics.NewReloads(g.reloads),
		metrics.NewOutOfService(func() []outofservice.Entry { return g.outOfService.Entries() }),
	} {
		if err := registry.Register(collector); err != nil {
			return err
		}
	}
	return nil
}

// status is the state of targets and accounts.
func (g *Gateway) status() state.Status { return g.router.Status(time.Now()) }

// serveCalls makes the servers for callers.
func (g *Gateway) serveCalls() {
	g.grpc, g.health = grpcserver.New(g.dispatcher, grpcserver.Options{
		Reflection: g.config.Listen.Reflection, Hosts: g.grpcListener.hosts(g.config), Refusals: &g.refusals,
	})
	options := []rest.Option{rest.Stopping(g.stopping.Load)}
	if !g.config.Listen.ServesDocs() {
		options = append(options, rest.WithoutDocs())
	}
	g.rest = rest.New(g.dispatcher, &message.Buffers{}, g.restListener.hosts(g.config), stdlog.New(g.log).Logger(), options...)
	if g.restListener.secure != nil {
		server.ServeHTTP2(g.rest)
	}
}

// servePages makes the servers for operators. Whoever reaches the operator listener is one; on the admin
// listener callers with admin: true are.
func (g *Gateway) servePages(registry *prometheus.Registry) {
	errorLog := stdlog.New(g.log).Logger()
	pages := admin.Pages{
		Metrics: metrics.Handler(registry),
		Ready:   func() bool { return !g.stopping.Load() },
		Status:  g.status, LogLevel: g.logLevel, Pprof: g.config.Listen.Pprof,
		Callers:       callerStatus{&g.live}.all,
		Configuration: g.reloads, Reload: func() (reload.Status, error) { return g.Reload("POST /reload") },
		Replicas: g.redis != nil, OutOfService: g.outOfService.Entries, TakeOut: g.takeOut, PutBack: g.putBack,
		Recent: g.recent.Snapshot, Plan: g.plan, Version: g.build.Version,
	}
	pages.Hosts, pages.Operator = g.adminListener.hosts(g.config), g.adminOf
	g.admin = admin.New(pages, errorLog)
	pages.Hosts, pages.Operator = g.operatorListener.hosts(g.config), admin.Anybody
	g.operator = admin.New(pages, errorLog)
}

// adminOf returns the name of the request's caller, if it may see what operators see.
func (g *Gateway) adminOf(r *http.Request) (name string, ok bool) {
	caller, fault := g.current.Load().authentication.of().Authenticate(r.Context(), server.ShownBy(r))
	if fault != "" || caller == nil || !caller.Admin {
		return "", false
	}
	return caller.Name, true
}

// Addresses are those that the gateway listens on. A port that the configuration leaves to the system, as
// 0, is the one that was picked.
func (g *Gateway) Addresses() config.Listen {
	return config.Listen{
		GRPC:     g.grpcListener.Addr().String(),
		REST:     g.restListener.Addr().String(),
		Admin:    g.adminListener.Addr().String(),
		Operator: g.operatorListener.Addr().String(),
	}
}

// Run serves until ctx ends or a listener fails. Then it says for the configured delay that it is not
// ready, stops accepting, and drains the calls in flight within the configured grace.
func (g *Gateway) Run(ctx context.Context) error {
	g.log.Info("serving", zap.String("version", g.build.Version),
		zap.Stringer("grpc", g.grpcListener.Addr()), zap.Stringer("rest", g.restListener.Addr()),
		zap.Stringer("admin", g.adminListener.Addr()), zap.Stringer("operator", g.operatorListener.Addr()))
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return served(g.grpc.Serve(g.acceptingGRPC())) })
	group.Go(func() error { return served(g.rest.Serve(g.acceptingREST())) })
	group.Go(func() error { return served(g.admin.Serve(g.adminListener.accepting())) })
	group.Go(func() error { return served(g.operator.Serve(g.operatorListener.accepting())) })
	group.Go(func() error { releaseStartup(); return nil })
	group.Go(func() error { g.watchCertificates(ctx); return nil })
	group.Go(func() error { g.keepKeySets(ctx); return nil })
	group.Go(func() error { g.watchRotations(ctx); return nil })
	group.Go(func() error { g.watchFiles(ctx); return nil })
	group.Go(func() error { g.watchOutOfService(ctx); return nil })
	if g.beSeen != nil {
		group.Go(func() error { g.beSeen(ctx); return nil })
	}
	group.Go(func() error {
		<-ctx.Done()
		g.shutdown()
		return nil
	})
	err := group.Wait()
	_ = g.log.Sync() // fails on a terminal, where there is nothing to sync
	return err
}

// served drops the errors with which net/http and gRPC say that they were told to stop, even before they
// began.
func served(err error) error {
	if errors.Is(err, http.ErrServerClosed) || errors.Is(err, grpc.ErrServerStopped) {
		return nil
	}
	return err
}
