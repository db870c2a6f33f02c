package rest

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	testgrpc "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/status"

	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/server/grpcserver"
)

// echo is one more service, written as any generated one is implemented.
type echo struct {
	testgrpc.UnimplementedTestServiceServer
}

func (echo) UnaryCall(_ context.Context, request *testgrpc.SimpleRequest) (*testgrpc.SimpleResponse, error) {
	if request.GetFillUsername() {
		return nil, &providers.Error{Reason: providers.CallerNotAllowed}
	}
	return &testgrpc.SimpleResponse{Username: string(request.GetPayload().GetBody())}, nil
}

// registerEcho is what protoc-gen-grpc-gateway would generate for the RPC.
func registerEcho(mux *runtime.ServeMux, client testgrpc.TestServiceClient) error {
	return mux.HandlePath(http.MethodPost, "/v1/echo", func(w http.ResponseWriter, r *http.Request, _ map[string]string) {
		inbound, outbound := runtime.MarshalerForRequest(mux, r)
		ctx, err := runtime.AnnotateContext(r.Context(), mux, r, "/grpc.testing.TestService/UnaryCall", runtime.WithHTTPPathPattern("/v1/echo"))
		var request testgrpc.SimpleRequest
		if err == nil {
			err = inbound.NewDecoder(r.Body).Decode(&request)
		}
		var response *testgrpc.SimpleResponse
		if err == nil {
			response, err = client.UnaryCall(ctx, &request)
		}
		if err != nil {
			runtime.HTTPError(ctx, mux, outbound, w, r, err)
			return
		}
		runtime.ForwardResponseMessage(ctx, mux, outbound, w, r, response)
	})
}

// A second RPC needs its proto and its method, nothing else: it is read, checked, refused,
// answered and observed as the first one is, over both transports.
func TestASecondRPC(t *testing.T) {
	var ended []string
	d := server.NewDispatcher(admission.NewController(admission.Limits{MaxCalls: 1}, nil), nil, func(c *call.Call) {
		ended = append(ended, string(c.Transport)+" "+c.Method+" "+c.Route+" "+string(c.Reason()))
	})
	testgrpc.RegisterTestServiceServer(d, echo{})
	overGRPC := dial(t, d)
	overREST := newServer(d, &message.Buffers{}, nil, nil, func(mux *runtime.ServeMux) {
		require.NoError(t, registerEcho(mux, testgrpc.NewTestServiceClient(inProcess{d})))
	}).Handler
	post := func(body string) (int, string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/echo", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		overREST.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}

	response, err := overGRPC.UnaryCall(t.Context(), &testgrpc.SimpleRequest{Payload: &testgrpc.Payload{Body: []byte("hi")}})
	require.NoError(t, err)
	require.Equal(t, "hi", response.GetUsername())
	_, err = overGRPC.UnaryCall(t.Context(), &testgrpc.SimpleRequest{FillUsername: true})
	require.Equal(t, codes.PermissionDenied, status.Code(err))

	code, body := post(`{"payload": {"body": "aGk="}}`)
	require.Equal(t, http.StatusOK, code)
	require.Contains(t, body, `"username":"hi"`)
	code, body = post(`{"fillUsername": true}`)
	require.Equal(t, http.StatusForbidden, code)
	require.Contains(t, body, "CALLER_NOT_ALLOWED")
	code, body = post(`{"fill": 1}`)
	require.Equal(t, http.StatusBadRequest, code)
	require.Contains(t, body, "is not a field of the request")

	const method = "grpc.testing.TestService/UnaryCall"
	require.Equal(t, []string{
		"grpc " + method + "  OK", "grpc " + method + "  CALLER_NOT_ALLOWED",
		"rest " + method + " /v1/echo OK", "rest " + method + " /v1/echo CALLER_NOT_ALLOWED",
		"rest " + method + " /v1/echo INVALID_REQUEST",
	}, ended)
}

func dial(t *testing.T, d *server.Dispatcher) testgrpc.TestServiceClient {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s, _ := grpcserver.New(d, grpcserver.Options{})
	go func() { _ = s.Serve(listener) }()
	t.Cleanup(s.Stop)
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return testgrpc.NewTestServiceClient(conn)
}
