package server

import (
	"context"
	"strconv"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/proto" // registers the codec
	"google.golang.org/grpc/experimental"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/status"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
)

const (
	// maxMessageBytes is the contract's limit; larger messages are refused with
	// REQUEST_TOO_LARGE.
	maxMessageBytes = 21 << 20
	// streamWindow is how much of a message a client may send before the gateway reads
	// it, the least that HTTP/2 servers in Go allow. The library would let it grow to
	// 16 MiB, and so would hold most of a photo that is to be shed. A message that is
	// read gets a window of its own length.
	streamWindow = 64 << 10
	// connectionWindow is how much of all messages may be under way on a connection.
	// The library makes room as it receives, so this bounds no memory.
	connectionWindow = 16 << 20

	// maxConnectionAge makes clients reconnect, and so rebalance.
	maxConnectionAge      = 10 * time.Minute
	maxConnectionAgeGrace = maxDeadline + 5*time.Second
	maxStreams            = 1000
	maxHeaderBytes        = 16 << 10
	handshakeTimeout      = 10 * time.Second

	// streamWorkers serve calls one after another on a stack that has grown already:
	// growing a new goroutine's costs a tenth of a small call. Calls beyond get a
	// goroutine each.
	streamWorkers = 128
)

// HeaderRequestID carries the gateway's id of the call in every answer; over gRPC it is
// in the trailer of one that failed.
const HeaderRequestID = "x-request-id"

// NewGRPC returns the gRPC server of the service, with health and reflection. Closing
// the health server is how a shutdown begins.
func NewGRPC(service *Service) (*grpc.Server, *health.Server) {
	server := grpc.NewServer(
		grpc.ForceServerCodecV2(encoding.GetCodecV2("proto")),
		grpc.InTapHandle(withGiveUp),
		grpc.StaticStreamWindowSize(streamWindow),
		grpc.StaticConnWindowSize(connectionWindow),
		grpc.MaxConcurrentStreams(maxStreams),
		grpc.NumStreamWorkers(streamWorkers),
		experimental.BufferPool(newFramePool()),
		grpc.MaxHeaderListSize(maxHeaderBytes),
		grpc.ConnectionTimeout(handshakeTimeout),
		grpc.KeepaliveParams(keepalive.ServerParameters{
			MaxConnectionAge:      maxConnectionAge,
			MaxConnectionAgeGrace: maxConnectionAgeGrace,
			Time:                  time.Minute,
			Timeout:               20 * time.Second,
		}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{
			MinTime:             10 * time.Second,
			PermitWithoutStream: true,
		}),
		grpc.UnknownServiceHandler(service.unknownMethod),
	)
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: livenessv1.LivenessService_ServiceDesc.ServiceName,
		Methods:     []grpc.MethodDesc{{MethodName: "IssueLivenessToken", Handler: service.unary}},
		Metadata:    livenessv1.LivenessService_ServiceDesc.Metadata,
	}, nil)
	healthServer := health.NewServer()
	healthServer.SetServingStatus(livenessv1.LivenessService_ServiceDesc.ServiceName, healthpb.HealthCheckResponse_SERVING)
	healthpb.RegisterHealthServer(server, healthServer)
	reflection.Register(server)
	return server, healthServer
}

// unary replaces the generated handler, so that a call that is shed, and a message that
// is refused or cannot be decoded, run through the interceptors too. The interceptors
// are the service's own, shared with REST.
//
//nolint:revive // the parameters are those of grpc.MethodDesc
func (s *Service) unary(_ any, ctx context.Context, _ func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
	call := newCall(GRPC)
	defer call.release()
	call.refused = s.load.admit(call, repeatedGRPC(ctx))
	call.read = func(ctx context.Context) *providers.Error { return receive(ctx, call) }
	return s.answerGRPC(ctx, call)
}

// unknownMethod answers every RPC that no service has.
func (s *Service) unknownMethod(_ any, stream grpc.ServerStream) error {
	call := newCall(GRPC)
	call.refused = &providers.Error{Reason: providers.MethodUnknown}
	_, err := s.answerGRPC(stream.Context(), call)
	return err
}

// answerGRPC runs the call and returns what became of it.
func (s *Service) answerGRPC(ctx context.Context, call *Call) (any, error) {
	response := s.serve(ctx, call)
	if call.Err != nil {
		return nil, grpcError(ctx, call)
	}
	_ = grpc.SetHeader(ctx, metadata.Pairs(HeaderRequestID, call.RequestID))
	return response, nil
}

// grpcError returns the status of a failed call and tells the client's retry policy
// whether to wait or to give up (gRFC A6). The request's id goes into the trailer too:
// a client that has seen a header no longer retries.
func grpcError(ctx context.Context, call *Call) error {
	pushback := int64(-1)
	if retry := retryOf(call); retry > 0 {
		pushback = retry.Milliseconds()
	}
	_ = grpc.SetTrailer(ctx, metadata.Pairs(
		HeaderRequestID, call.RequestID,
		"grpc-retry-pushback-ms", strconv.FormatInt(pushback, 10),
	))
	return status.FromProto(statusOf(call)).Err()
}
