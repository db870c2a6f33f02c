package server_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/liveness-gateway/gateway/internal/server/grpcserver"
)

func TestHealth(t *testing.T) {
	g := start(t, issues)
	client := healthpb.NewHealthClient(g.conn)
	for _, service := range []string{"", "liveness.v1.LivenessService"} {
		answer, err := client.Check(t.Context(), &healthpb.HealthCheckRequest{Service: service})
		require.NoError(t, err)
		require.Equal(t, healthpb.HealthCheckResponse_SERVING, answer.GetStatus(), service)
	}
	_, err := client.Check(t.Context(), &healthpb.HealthCheckRequest{Service: "no.such.Service"})
	require.Equal(t, codes.NotFound, status.Code(err))
}

func TestHealthAfterShutdown(t *testing.T) {
	grpcServer, health := grpcserver.New(newDispatcher(t), grpcserver.Options{})
	t.Cleanup(grpcServer.Stop)
	health.Shutdown()
	for _, name := range []string{"", "liveness.v1.LivenessService"} {
		answer, err := health.Check(t.Context(), &healthpb.HealthCheckRequest{Service: name})
		require.NoError(t, err)
		require.Equal(t, healthpb.HealthCheckResponse_NOT_SERVING, answer.GetStatus(), name)
	}
}

func TestReflection(t *testing.T) {
	g := start(t, issues)
	stream, err := reflectionpb.NewServerReflectionClient(g.conn).ServerReflectionInfo(t.Context())
	require.NoError(t, err)

	services := ask(t, stream, &reflectionpb.ServerReflectionRequest{
		MessageRequest: &reflectionpb.ServerReflectionRequest_ListServices{ListServices: "*"},
	}).GetListServicesResponse().GetService()
	var names []string
	for _, service := range services {
		names = append(names, service.GetName())
	}
	require.Subset(t, names, []string{"liveness.v1.LivenessService", "grpc.health.v1.Health"})

	descriptor, err := describe(t, stream, "liveness.v1.LivenessService.IssueLivenessToken").
		FindDescriptorByName("liveness.v1.LivenessService")
	require.NoError(t, err)
	require.Equal(t, "liveness/v1/liveness_service.proto", descriptor.ParentFile().Path())
	require.NoError(t, stream.CloseSend())
}

type reflectionStream = grpc.BidiStreamingClient[reflectionpb.ServerReflectionRequest, reflectionpb.ServerReflectionResponse]

func ask(t *testing.T, stream reflectionStream, request *reflectionpb.ServerReflectionRequest) *reflectionpb.ServerReflectionResponse {
	t.Helper()
	require.NoError(t, stream.Send(request))
	answer, err := stream.Recv()
	require.NoError(t, err)
	require.Nil(t, answer.GetErrorResponse())
	return answer
}

// describe links the files that a client gets for the symbol: the file that holds it and
// all that it imports.
func describe(t *testing.T, stream reflectionStream, symbol string) *protoregistry.Files {
	t.Helper()
	encoded := ask(t, stream, &reflectionpb.ServerReflectionRequest{
		MessageRequest: &reflectionpb.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: symbol},
	}).GetFileDescriptorResponse().GetFileDescriptorProto()
	set := &descriptorpb.FileDescriptorSet{}
	for _, file := range encoded {
		descriptor := &descriptorpb.FileDescriptorProto{}
		require.NoError(t, proto.Unmarshal(file, descriptor))
		set.File = append(set.File, descriptor)
	}
	files, err := protodesc.NewFiles(set)
	require.NoError(t, err)
	return files
}
