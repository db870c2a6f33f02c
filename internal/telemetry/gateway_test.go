package telemetry_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/server/grpcserver"
	"github.com/liveness-gateway/gateway/internal/server/rest"
	"github.com/liveness-gateway/gateway/internal/service"
	"github.com/liveness-gateway/gateway/internal/telemetry/accesslog"
	"github.com/liveness-gateway/gateway/internal/telemetry/telemetrytest"
)

// issuer takes the place of routing.
type issuer func(context.Context, *routing.Query) (*routing.Outcome, error)

func (i issuer) Issue(ctx context.Context, query *routing.Query) (*routing.Outcome, error) {
	return i(ctx, query)
}

// gateway is both transports with the observers of this package.
type gateway struct {
	conn     *grpc.ClientConn
	client   *http.Client
	rest     string
	log      *bytes.Buffer
	registry *prometheus.Registry
}

// start starts a gateway whose first observers are those given.
func start(t *testing.T, i issuer, observers ...func(*call.Call)) *gateway {
	t.Helper()
	g := &gateway{log: &bytes.Buffer{}}
	logger := accesslog.NewLogger(zapcore.Lock(zapcore.AddSync(g.log)), zapcore.DebugLevel)
	m, registry := telemetrytest.NewMetrics(t)
	g.registry = registry
	observed := func(ctx context.Context, query *routing.Query) (*routing.Outcome, error) {
		outcome, err := i(ctx, query)
		for j := range outcome.Attempts {
			m.ObserveAttempt(&outcome.Attempts[j])
		}
		return outcome, err
	}
	keeper, err := idempotency.NewKeeper(idempotency.NewMemory(1000, 1<<30), []byte("a secret"))
	require.NoError(t, err)
	d := server.NewDispatcher(&admission.Controller{}, nil, append(observers, m.ObserveCall, accesslog.New(logger, nil))...)
	livenessv1.RegisterLivenessServiceServer(d, service.New(issuer(observed), keeper))
	g.serveGRPC(t, d)
	g.serveREST(t, d, logger)
	return g
}

func (g *gateway) serveGRPC(t *testing.T, d *server.Dispatcher) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	grpcServer, _ := grpcserver.New(d, grpcserver.Options{})
	go func() { _ = grpcServer.Serve(listener) }()
	t.Cleanup(grpcServer.Stop)
	g.conn, err = grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = g.conn.Close() })
}

func (g *gateway) serveREST(t *testing.T, d *server.Dispatcher, logger *zap.Logger) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	restServer := rest.New(d, &message.Buffers{}, nil, zap.NewStdLog(logger))
	go func() { _ = restServer.Serve(listener) }()
	t.Cleanup(func() { _ = restServer.Close() })
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	g.client, g.rest = &http.Client{Transport: transport}, "http://"+listener.Addr().String()
}

// post sends a JSON body, with header names and values in turn, and returns the answer's
// status and body.
func (g *gateway) post(t *testing.T, path, body string, headers ...string) (status int, answer string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, g.rest+path, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := g.client.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(text)
}

// invoke makes a gRPC call, with header names and values in turn, and returns its error.
func (g *gateway) invoke(t *testing.T, method string, request, response any, headers ...string) error {
	t.Helper()
	return g.conn.Invoke(metadata.AppendToOutgoingContext(t.Context(), headers...), method, request, response)
}
