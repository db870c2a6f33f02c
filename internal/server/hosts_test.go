package server_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/liveness-gateway/gateway/internal/routing/state"
	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/server/admin"
)

var hostsOnLoopback = map[string]bool{
	"localhost": true, "LocalHost:8080": true, "localhost.": true, "localhost.:1": true,
	"127.0.0.1": true, "127.0.0.1:8080": true, "127.255.1.2": true, "[::1]": true, "[::1]:8080": true,
	"proxy.test": true, "Proxy.test:443": true, "": true,

	"gateway": false, "evil.example": false, "127.0.0.1.evil.example": false, "localhost.evil.example": false,
	"evil.localhost": false, "0.0.0.0": false, "0.0.0.0:8080": false, "[::]": false, "192.168.0.1": false, "::1": false,
	"[::1": false, "[localhost]": false, "user@localhost": false, "127.1": false, "2130706433": false, "0x7f000001": false,
	".": false, "localhost..": false, "[::1%lo]": false, "evil.example:127.0.0.1": false,
}

func TestHosts(t *testing.T) {
	on := server.HostsOf(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}, []string{"proxy.test"})
	off := server.HostsOf(&net.TCPAddr{IP: net.IPv4(10, 0, 0, 1), Port: 8080}, nil)
	everywhere := server.HostsOf(&net.TCPAddr{IP: net.IPv6unspecified, Port: 8080}, nil)
	for host, want := range hostsOnLoopback {
		require.Equal(t, want, on.Allow(host), "%q", host)
		require.True(t, off.Allow(host))
		require.True(t, everywhere.Allow(host))
	}
}

// A page that is rebound to loopback gets nothing, over any listener.
func TestReboundNamesAreRefused(t *testing.T) {
	g := &gateway{connections: 1000, hosts: server.HostsOf(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, nil)}
	g.start(t, issues, newKeeper(t), unlimited)
	for _, request := range []string{
		"POST " + tokensPath + " HTTP/1.1\r\nHost: evil.example\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n",
		"GET /no/such/path HTTP/1.1\r\nHost: evil.example:8080\r\n\r\n",
		"GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n",
		"GET /docs HTTP/1.1\r\nHost: evil.example\r\n\r\n",
		"GET http://evil.example/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
	} {
		conn := dial(t, g.restAddress)
		_, err := io.WriteString(conn, request)
		require.NoError(t, err)
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil) //nolint:bodyclose // readReply closes it
		require.NoError(t, err)
		r := readReply(t, answer)
		require.Equal(t, http.StatusForbidden, r.httpStatus)
		require.Equal(t, "CALLER_NOT_ALLOWED", requireFailure(t, r).info.GetReason())
		require.Contains(t, r.status.GetMessage(), "listen.hosts")
		require.Equal(t, "CALLER_NOT_ALLOWED", string((<-g.calls).Reason))
	}
	require.NotNil(t, g.post(t, goodBody).response)
	require.NotNil(t, g.overGRPC(t, small()).response)

	conn, err := grpc.NewClient(g.grpcAddress, grpc.WithAuthority("evil.example"), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	g.conn = conn
	r := g.overGRPC(t, small())
	require.Equal(t, codes.PermissionDenied, r.code())
	require.Equal(t, "CALLER_NOT_ALLOWED", requireFailure(t, r).info.GetReason())
	_, err = healthpb.NewHealthClient(conn).Check(t.Context(), &healthpb.HealthCheckRequest{})
	require.Equal(t, codes.PermissionDenied, status.Code(err))

	pages := admin.New(admin.Pages{
		Metrics: http.NotFoundHandler(), Status: func() state.Status { return state.Status{} }, Operator: admin.Anybody, Hosts: g.hosts,
	}, zap.NewStdLog(zap.NewNop())).Handler
	for host, want := range map[string]int{"evil.example": http.StatusForbidden, "localhost:9091": http.StatusOK} {
		w, request := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/routes", http.NoBody)
		request.Host = host
		pages.ServeHTTP(w, request)
		require.Equal(t, want, w.Code)
	}
}

func TestPprofIsOffUnlessSwitchedOn(t *testing.T) {
	for _, c := range []struct {
		pprof  bool
		status int
		body   string
	}{
		{true, http.StatusOK, "<html>"},
		{false, http.StatusForbidden, "/debug/pprof/ is served only where listen.pprof is true\n"},
	} {
		pages := admin.New(admin.Pages{Metrics: http.NotFoundHandler(), Operator: admin.Anybody, Pprof: c.pprof}, zap.NewStdLog(zap.NewNop()))
		w := httptest.NewRecorder()
		pages.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/debug/pprof/", http.NoBody))
		require.Equal(t, c.status, w.Code)
		require.Contains(t, w.Body.String(), c.body)
	}
}
