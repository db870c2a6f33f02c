package gateway

import (
	"context"
	"fmt"
	"net"
	"sync"

	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/server/grpcserver/wire"
	"github.com/liveness-gateway/gateway/internal/server/rest"
	"github.com/liveness-gateway/gateway/internal/server/secure"
	"github.com/liveness-gateway/gateway/internal/telemetry/metrics"
)

// listener is one of the gateway's listeners.
type listener struct {
	*server.Listener

	name string
	// secure decrypts the connections, nil in plaintext.
	secure   *secure.Listener
	tls      *encryption
	failures secure.Failures
}

// accepting returns the listener for an HTTP/1 server.
func (l *listener) accepting() net.Listener {
	if l.secure == nil {
		return l.Listener
	}
	return l.secure
}

func (l *listener) close() {
	if l.secure != nil {
		_ = l.secure.Close()
	}
	_ = l.Close()
}

// listen opens the listeners. If one cannot be opened, those before it stay open.
func (g *Gateway) listen() error {
	calls, err := g.encryptionOf("tls", g.config.Listen.TLS)
	if err != nil {
		return err
	}
	admin, err := g.encryptionOf("admin_tls", g.config.Listen.AdminTLS)
	if err != nil {
		return err
	}
	for _, l := range []struct {
		of            *listener
		name, address string
		most          int
		tls           *encryption
		protocols     []string
	}{
		{&g.grpcListener, "grpc", g.config.Listen.GRPC, g.config.Limits.MaxConnections, calls, secure.HTTP2},
		{&g.restListener, "rest", g.config.Listen.REST, g.config.Limits.MaxConnections, calls, secure.HTTP12},
		{&g.adminListener, "admin", g.config.Listen.Admin, server.MaxAdminConnections, admin, secure.HTTP1},
		{&g.operatorListener, "operator", g.config.Listen.Operator, server.MaxAdminConnections, nil, nil},
	} {
		opened, err := net.Listen("tcp", l.address)
		if err != nil {
			return fmt.Errorf("cannot listen for %s: %w", l.name, err)
		}
		l.of.name, l.of.Listener, l.of.tls = l.name, server.NewListener(opened, l.most), l.tls
		if l.tls != nil {
			l.of.failures.Log = g.logHandshakes(l.name)
			l.of.secure = secure.Listen(l.of.Listener, l.tls.configOf(l.protocols), &l.of.failures)
		}
	}
	return nil
}

func (g *Gateway) logHandshakes(listener string) func(string, int64, net.Addr) {
	return func(reason string, total int64, from net.Addr) {
		g.log.Info("a TLS handshake failed", zap.String("listener", listener), zap.String("reason", reason),
			zap.Int64("total", total), zap.Stringer("from", from))
	}
}

func (g *Gateway) listeners() []*listener {
	return []*listener{&g.grpcListener, &g.restListener, &g.adminListener, &g.operatorListener}
}

func (g *Gateway) closeListeners() {
	for _, l := range g.listeners() {
		if l.Listener != nil {
			l.close()
		}
	}
}

// acceptingGRPC returns the listener for the gRPC server.
func (g *Gateway) acceptingGRPC() net.Listener {
	return wire.Listen(g.grpcListener.accepting(), &g.refusals)
}

// acceptingREST returns the listener for the REST server, which with TLS must take HTTP/2.
func (g *Gateway) acceptingREST() net.Listener {
	if g.restListener.secure == nil {
		return g.restListener.Listener
	}
	return rest.Listen(g.restListener.secure)
}

// watchCertificates watches for changed certificates until ctx ends.
func (g *Gateway) watchCertificates(ctx context.Context) {
	var watching sync.WaitGroup
	for _, e := range g.encryption {
		watching.Go(func() { e.watcher.Run(ctx) })
	}
	watching.Wait()
}

// hosts are the names that the listener answers to.
func (l *listener) hosts(cfg *config.Config) *server.Hosts {
	return server.HostsOf(l.Addr(), cfg.Listen.Hosts)
}

// edge is the metrics of connections, and of what is refused before it is a call.
func (g *Gateway) edge() *metrics.Edge {
	e := &metrics.Edge{
		Unheard:     make(map[string]func() int64),
		Connections: make(map[string]func() (int, int64, int64)), TLS: make(map[string]metrics.TLS),
		MaxConnections: make(map[string]func() int), Awaited: make(map[string]func() int),
		Refused: g.refusals.Counts, DroppedLines: func() int64 { return 0 }, DroppedSpans: func() map[string]int64 { return nil },
	}
	if g.lines != nil {
		e.DroppedLines = g.lines.Dropped
	}
	if g.spanQueue != nil {
		e.DroppedSpans = g.spanQueue.Dropped
	}
	for _, l := range g.listeners() {
		e.MaxConnections[l.name] = l.Most
		if l == &g.grpcListener || l == &g.restListener {
			e.Awaited[l.name] = l.Awaited
		}
		e.Connections[l.name] = l.Connections
		if l != &g.grpcListener {
			e.Unheard[l.name] = l.Unheard
		}
		if l.tls != nil {
			e.TLS[l.name] = metrics.TLS{Failures: l.failures.Counts, NotAfter: l.tls.notAfter, Failing: l.tls.watcher.Failing}
		}
	}
	return e
}
