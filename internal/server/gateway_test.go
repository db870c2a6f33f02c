package server_test

import (
	"context"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"google.golang.org/grpc"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/sensitive"
	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/server/grpcserver"
	"github.com/liveness-gateway/gateway/internal/server/grpcserver/wire"
	"github.com/liveness-gateway/gateway/internal/server/rest"
	"github.com/liveness-gateway/gateway/internal/server/secure"
	"github.com/liveness-gateway/gateway/internal/service"
)

// issuer stands in for routing.
type issuer func(context.Context, *routing.Query) (*routing.Outcome, error)

func (i issuer) Issue(ctx context.Context, query *routing.Query) (*routing.Outcome, error) {
	return i(ctx, query)
}

// issues is an issuer whose first attempt issues a token.
func issues(context.Context, *routing.Query) (*routing.Outcome, error) {
	return &routing.Outcome{
		Token: &providers.Token{Value: sensitive.New("token")},
		Attempts: []routing.Attempt{{
			Target: &route.Target{Product: &providers.Product{ID: "acme.app"}, Account: "acme-cn"},
			Kind:   routing.First, Reason: providers.OK,
		}},
	}, nil
}

// fails returns an issuer that makes no attempt and fails.
func fails(err error) issuer {
	return func(context.Context, *routing.Query) (*routing.Outcome, error) { return &routing.Outcome{}, err }
}

// unlimited is admission without bounds.
var unlimited admission.Limits

// observed is what an observer may keep of a call.
type observed struct {
	Transport  call.Transport
	RequestID  string
	Flow       providers.Flow
	Reason     providers.Reason
	HTTPStatus int
	Cause      error

	Idempotency idempotency.Outcome
	Attempts    int
}

// gateway is one service behind both transports, on real listeners.
type gateway struct {
	dispatcher *server.Dispatcher
	admission  *admission.Controller
	buffers    *message.Buffers
	conn       *grpc.ClientConn
	client     *http.Client
	// grpcAddress is the gRPC listener's host and port.
	grpcAddress string
	// restAddress is the REST listener's host and port.
	restAddress string
	// calls receives every call that has ended.
	calls chan observed
	// unobserved is closed when nobody looks at calls.
	unobserved chan struct{}
	// connections is how many each listener may have, hosts the names that it answers to.
	connections int
	hosts       *server.Hosts
	refusals    wire.Refusals
	// awaited is how many gRPC calls wait for their messages.
	awaited func() int
	// unheard counts the REST requests that net/http refused.
	unheard func() int64
	// encrypted is how the listeners encrypt, nil if they do not.
	encrypted *encrypted
}

func start(t *testing.T, i issuer) *gateway {
	t.Helper()
	return startLimited(t, i, admission.Limits{})
}

func startLimited(t *testing.T, i issuer, limits admission.Limits) *gateway {
	t.Helper()
	return startKeeping(t, i, newKeeper(t), limits)
}

func startKeeping(t *testing.T, i issuer, keeper *idempotency.Keeper, limits admission.Limits) *gateway {
	t.Helper()
	g := &gateway{connections: 1000}
	g.start(t, i, keeper, limits)
	return g
}

// startBounded starts a gateway whose listeners may have so many connections.
func startBounded(t *testing.T, i issuer, connections int) *gateway {
	t.Helper()
	g := &gateway{connections: connections}
	g.start(t, i, newKeeper(t), admission.Limits{})
	return g
}

func (g *gateway) start(t *testing.T, i issuer, keeper *idempotency.Keeper, limits admission.Limits) {
	t.Helper()
	g.admission, g.buffers = admission.NewController(limits, nil), &message.Buffers{}
	g.calls, g.unobserved = make(chan observed, 1000), make(chan struct{})
	g.dispatcher = dispatcherOf(i, keeper, g.admission, g.observe)
	g.startGRPC(t)
	g.startREST(t)
}

func (g *gateway) observe(c *call.Call) {
	o := observed{
		Transport: c.Transport, RequestID: c.RequestID, Flow: c.Flow,
		Reason: c.Reason(), HTTPStatus: c.HTTPStatus(),
		Idempotency: c.Idempotency, Attempts: len(c.Outcome.Attempts),
	}
	if c.Err != nil {
		o.Cause = c.Err.Cause
	}
	select {
	case g.calls <- o:
	case <-g.unobserved:
	}
}

func (g *gateway) startGRPC(t *testing.T) {
	t.Helper()
	listener := server.NewListener(listen(t), g.connections)
	g.awaited = listener.Awaited
	grpcServer, _ := grpcserver.New(g.dispatcher, grpcserver.Options{Reflection: true, Hosts: g.hosts, Refusals: &g.refusals})
	go func() {
		_ = grpcServer.Serve(wire.Listen(g.encrypted.over(listener, secure.HTTP2), &g.refusals))
	}()
	t.Cleanup(grpcServer.Stop)
	g.grpcAddress = listener.Addr().String()

	conn, err := grpc.NewClient(g.grpcAddress, grpc.WithTransportCredentials(g.encrypted.credentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	g.conn = conn
}

func (g *gateway) startREST(t *testing.T) {
	t.Helper()
	listener := server.NewListener(listen(t), g.connections)
	g.unheard = listener.Unheard
	restServer := rest.New(g.dispatcher, g.buffers, g.hosts, zap.NewStdLog(zap.NewNop()))
	accepting := g.encrypted.over(listener, secure.HTTP12)
	if decrypted, ok := accepting.(*secure.Listener); ok {
		accepting = rest.Listen(decrypted)
		server.ServeHTTP2(restServer)
	}
	go func() { _ = restServer.Serve(accepting) }()
	t.Cleanup(func() { _ = restServer.Close() })

	transport := g.encrypted.transport()
	t.Cleanup(transport.CloseIdleConnections)
	g.client = &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	g.restAddress = listener.Addr().String()
}

// newDispatcher returns a dispatcher whose service issues tokens.
func newDispatcher(t *testing.T) *server.Dispatcher {
	t.Helper()
	return dispatcherOf(issues, newKeeper(t), &admission.Controller{})
}

func dispatcherOf(i issuer, keeper *idempotency.Keeper, controller *admission.Controller, observers ...func(*call.Call)) *server.Dispatcher {
	d := server.NewDispatcher(controller, nil, observers...)
	livenessv1.RegisterLivenessServiceServer(d, service.New(i, keeper))
	return d
}

// overwriteReleased overwrites every buffer of a body as soon as nobody holds it.
func (g *gateway) overwriteReleased() {
	g.buffers.OnRelease(func(whole []byte) {
		for i := range whole {
			whole[i] = 0xdb
		}
	})
}

func newKeeper(t *testing.T) *idempotency.Keeper {
	t.Helper()
	return newKeeperOf(t, idempotency.NewMemory(1000, 1<<30))
}

func newKeeperOf(tb testing.TB, store idempotency.Store) *idempotency.Keeper {
	tb.Helper()
	keeper, err := idempotency.NewKeeper(store, []byte("a secret"))
	require.NoError(tb, err)
	return keeper
}

func listen(tb testing.TB) net.Listener {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	return listener
}
