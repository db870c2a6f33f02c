package load

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/liveness-gateway/gateway/bench/internal/work"
	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// recorder is a service that keeps what it is asked, and answers with a token.
type recorder struct {
	livenessv1.UnimplementedLivenessServiceServer

	mu       sync.Mutex
	requests []*livenessv1.IssueLivenessTokenRequest
	token    string
}

func (r *recorder) IssueLivenessToken(_ context.Context, request *livenessv1.IssueLivenessTokenRequest) (*livenessv1.IssueLivenessTokenResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, request)
	return &livenessv1.IssueLivenessTokenResponse{Token: r.token}, nil
}

func serve(t *testing.T, service livenessv1.LivenessServiceServer) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer()
	livenessv1.RegisterLivenessServiceServer(server, service)
	ended := make(chan error)
	go func() { ended <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		require.NoError(t, <-ended)
	})
	return listener.Addr().String()
}

func TestGRPCSendsTheMessageWithAFreshKey(t *testing.T) {
	service := &recorder{token: "t"}
	body, err := work.Small(work.TwoTargets).Encode(work.GRPC)
	require.NoError(t, err)
	call, connections, err := NewGRPC(serve(t, service), body, Options{Connections: 2, Keys: true, Deadline: time.Minute})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, connections.Close()) })

	require.NoError(t, call(t.Context()))
	require.NoError(t, call(t.Context()))
	first, second := service.requests[0], service.requests[1]
	require.NotEmpty(t, first.GetIdempotencyKey())
	require.NotEqual(t, first.GetIdempotencyKey(), second.GetIdempotencyKey())

	first.IdempotencyKey = ""
	want := &livenessv1.IssueLivenessTokenRequest{}
	require.NoError(t, proto.Unmarshal(body.Content, want))
	require.True(t, proto.Equal(want, first))

	service.token = ""
	require.ErrorIs(t, call(t.Context()), errNoToken)
}

func TestHTTP(t *testing.T) {
	var got *http.Request
	var content []byte
	status, answer := http.StatusOK, `{"token":"t"}`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		content, _ = io.ReadAll(r.Body)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	body, err := work.Small(work.TwoTargets).Encode(work.JSON)
	require.NoError(t, err)
	call := NewHTTP(server.URL, server.Client().Transport, body, Options{Keys: true, Deadline: 30 * time.Second})

	require.NoError(t, call(t.Context()))
	require.Equal(t, "/v1/liveness-tokens", got.URL.Path)
	require.Equal(t, "application/json", got.Header.Get("Content-Type"))
	require.Equal(t, "30S", got.Header.Get("Grpc-Timeout"))
	require.Equal(t, body.Content, content)
	key := got.Header.Get("Idempotency-Key")
	require.NotEmpty(t, key)
	require.NoError(t, call(t.Context()))
	require.NotEqual(t, key, got.Header.Get("Idempotency-Key"))

	answer = `{}`
	require.ErrorIs(t, call(t.Context()), errNoToken)
	status, answer = http.StatusServiceUnavailable, `{"message":"busy"}`
	require.EqualError(t, call(t.Context()), `503 Service Unavailable: {"message":"busy"}`)
}
