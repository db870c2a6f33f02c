package docs_test

import (
	"context"
	"encoding/json"
	"net"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// failing is a gateway whose every call fails with the code and tells the client to wait
// so many milliseconds, or never to come back if negative.
type failing struct {
	livenessv1.UnimplementedLivenessServiceServer
	code     codes.Code
	pushback string
	calls    atomic.Int32
}

func (f *failing) IssueLivenessToken(ctx context.Context, _ *livenessv1.IssueLivenessTokenRequest) (*livenessv1.IssueLivenessTokenResponse, error) {
	f.calls.Add(1)
	_ = grpc.SetTrailer(ctx, metadata.Pairs("grpc-retry-pushback-ms", f.pushback))
	return nil, status.Error(f.code, "")
}

// callsWithServiceConfig returns how many calls the gateway gets for one of a client that
// uses service-config.json.
func (f *failing) callsWithServiceConfig(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer()
	livenessv1.RegisterLivenessServiceServer(server, f)
	go func() { _ = server.Serve(listener) }()
	defer server.Stop()

	connection, err := grpc.NewClient(listener.Addr().String(),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultServiceConfig(readFile(t, "service-config.json")),
	)
	require.NoError(t, err)
	defer func() { _ = connection.Close() }()
	_, err = livenessv1.NewLivenessServiceClient(connection).IssueLivenessToken(t.Context(), &livenessv1.IssueLivenessTokenRequest{})
	require.Equal(t, f.code, status.Code(err))
	return int(f.calls.Load())
}

// The same message may be sent again after UNAVAILABLE alone (docs/design.md, section 4),
// and then only if the answer does not say never.
func TestServiceConfigRetriesUnavailableOnly(t *testing.T) {
	for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
		want := 1
		if code == codes.Unavailable {
			want = 3
		}
		require.Equal(t, want, (&failing{code: code, pushback: "1"}).callsWithServiceConfig(t), code)
	}
	require.Equal(t, 1, (&failing{code: codes.Unavailable, pushback: "-1"}).callsWithServiceConfig(t))
}

// Libraries ignore the policy of a method and the health of a service that do not exist.
func TestServiceConfigNamesTheService(t *testing.T) {
	type name struct{ Service, Method string }
	var serviceConfig struct {
		LoadBalancingConfig []map[string]struct{}
		HealthCheckConfig   struct{ ServiceName string }
		MethodConfig        []struct{ Name []name }
	}
	require.NoError(t, json.Unmarshal([]byte(readFile(t, "service-config.json")), &serviceConfig))
	service := livenessv1.LivenessService_ServiceDesc
	require.Equal(t, service.ServiceName, serviceConfig.HealthCheckConfig.ServiceName)
	require.Len(t, service.Methods, 1)
	require.Len(t, serviceConfig.MethodConfig, 1)
	require.Equal(t, []name{{service.ServiceName, service.Methods[0].MethodName}}, serviceConfig.MethodConfig[0].Name)
	require.Equal(t, []map[string]struct{}{{"round_robin": {}}}, serviceConfig.LoadBalancingConfig)
}
