// Package grpcserver is the gRPC listener's server. Package wire is below the gRPC library; package
// inbound reads messages, and alone relies on what grpc-go does not promise. It knows no JSON.
package grpcserver

import (
	"context"
	"errors"
	"strconv"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/experimental"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/server/grpcserver/inbound"
	"github.com/liveness-gateway/gateway/internal/server/grpcserver/wire"
)

const (
	// connectionWindow is how many bytes of messages may be on their way on a connection. The
	// library grants more as it receives, so this does not bound memory.
	connectionWindow = 16 << 20

	maxConnectionAgeGrace = call.MaxDeadline + 5*time.Second
	handshakeTimeout      = 10 * time.Second

	// streamWorkers is how many goroutines serve calls one after another: their stacks have
	// grown already, which costs a new goroutine a tenth of a small call. Calls beyond that get
	// a goroutine each.
	streamWorkers = 128
)

// Options are what the configuration leaves open.
type Options struct {
	// Reflection makes the server describe its services.
	Reflection bool
	// Refusals counts what is refused before it is a call.
	Refusals *wire.Refusals
	// Hosts are the names that the server answers to.
	Hosts *server.Hosts
}

// New returns the gRPC server of the dispatcher's services, and its health service, whose Shutdown
// is how stopping begins.
func New(d *server.Dispatcher, options Options) (*grpc.Server, *health.Server) {
	others := &otherServices{dispatcher: d, ages: make(map[string]time.Duration), hosts: options.Hosts, refusals: options.Refusals}
	s := grpc.NewServer(
		grpc.InTapHandle(others.begin),
		grpc.MaxRecvMsgSize(server.MaxOtherMessageBytes),
		grpc.ForceServerCodecV2(encoding.GetCodecV2("proto")),
		grpc.StaticStreamWindowSize(inbound.Window),
		grpc.StaticConnWindowSize(connectionWindow),
		grpc.MaxConcurrentStreams(server.MaxStreams),
		grpc.NumStreamWorkers(streamWorkers),
		grpc.ReadBufferSize(wire.ReadBytes),
		experimental.BufferPool(wire.NewBufferPool()),
		grpc.MaxHeaderListSize(server.MaxHeaderBytes),
		grpc.ConnectionTimeout(handshakeTimeout),
		grpc.Creds(wire.Credentials()),
		grpc.KeepaliveParams(keepalive.ServerParameters{
			MaxConnectionAge:      server.MaxConnectionAge,
			MaxConnectionAgeGrace: maxConnectionAgeGrace,
			Time:                  time.Minute,
			Timeout:               20 * time.Second,
		}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{
			MinTime:             10 * time.Second,
			PermitWithoutStream: true,
		}),
		grpc.UnknownServiceHandler(unknownMethod(d, options.Hosts)),
	)
	healthServer := health.NewServer()
	r := &receiver{dispatcher: d, hosts: options.Hosts, refusals: options.Refusals, messages: inbound.Receiver{Trailer: trailerOf}}
	for _, service := range d.Services() {
		s.RegisterService(r.description(service), nil)
		healthServer.SetServingStatus(service.ServiceName, healthpb.HealthCheckResponse_SERVING)
	}
	others.Server = s
	healthpb.RegisterHealthServer(others, healthServer)
	if options.Reflection {
		reflection.Register(others)
	}
	return s, healthServer
}

// receiver serves calls.
type receiver struct {
	dispatcher *server.Dispatcher
	hosts      *server.Hosts
	refusals   *wire.Refusals
	messages   inbound.Receiver
}

// description returns the service with its unary RPCs as streams, so that their handlers read the
// message themselves. That way calls that are shed, and messages that are refused or cannot be
// decoded, run through the interceptors too.
func (r *receiver) description(service *grpc.ServiceDesc) *grpc.ServiceDesc {
	streams := &grpc.ServiceDesc{ServiceName: service.ServiceName, Metadata: service.Metadata}
	for _, m := range service.Methods {
		method, _ := r.dispatcher.Method("/" + service.ServiceName + "/" + m.MethodName)
		streams.Streams = append(streams.Streams, grpc.StreamDesc{
			StreamName: m.MethodName,
			Handler:    func(_ any, stream grpc.ServerStream) error { return r.serve(stream, &method) },
		})
	}
	return streams
}

// serve makes the call of an RPC and returns its failure as a status.
func (r *receiver) serve(stream grpc.ServerStream, method *server.Method) error {
	ctx := stream.Context()
	from := incomingOf(ctx)
	c, conn := from.newCall(), from.conn()
	defer c.Release()
	transport, ok := grpc.ServerTransportStreamFromContext(ctx).(inbound.Stream)
	if !from.allowedBy(r.hosts) {
		c.Refused = server.Misdirected()
	} else {
		r.dispatcher.Authenticate(ctx, c, from.shown())
	}
	switch {
	case c.Refused != nil:
	case !ok:
		c.Refused = &providers.Error{Reason: providers.Internal, Cause: errors.New("the gRPC library's stream cannot be read from")}
	case !inbound.Takes(transport.RecvCompress()):
		c.Refused = r.refuseEncoding(ctx, conn, transport.RecvCompress())
	case conn.Await():
		defer func() { conn.Done(c.Read == nil) }()
	default:
		c.Refused = server.TooManyAwaited()
	}
	c.Read = func(ctx context.Context, into proto.Message) *providers.Error {
		refused := r.messages.Receive(ctx, transport, c, into)
		if refused == nil {
			conn.Arrived()
			c.Read = nil
		}
		return refused
	}
	response, err := method.Handle(call.With(ctx, c), method.NewMessage())
	if err != nil {
		return failure(ctx, c)
	}
	if transport.RecvCompress() != "" {
		// The library would compress the answer too. Its length could then give away a token
		// that stands next to text which an attacker chooses (BREACH).
		_ = grpc.SetSendCompressor(ctx, encoding.Identity)
	}
	// SetHeader would copy the header: three allocations.
	_ = grpc.SendHeader(ctx, metadata.MD{server.HeaderRequestID: {c.RequestID}})
	return stream.SendMsg(response)
}

// refuseEncoding says that messages in the encoding are not taken, and which are.
func (r *receiver) refuseEncoding(ctx context.Context, conn *server.Conn, name string) *providers.Error {
	_ = grpc.SetTrailer(ctx, metadata.Pairs("grpc-accept-encoding", inbound.AcceptedEncodings))
	r.refusals.Add(wire.UnknownEncoding, conn.RemoteAddr())
	return &providers.Error{Reason: providers.MethodUnknown, Message: inbound.EncodingRefused(name)}
}

// unknownMethod answers every RPC that no service has.
func unknownMethod(d *server.Dispatcher, hosts *server.Hosts) grpc.StreamHandler {
	return func(_ any, stream grpc.ServerStream) error {
		ctx := stream.Context()
		from := incomingOf(ctx)
		c := from.newCall()
		if !from.allowedBy(hosts) {
			c.Refused = server.Misdirected()
		} else {
			d.Authenticate(ctx, c, from.shown())
			c.Refuse(&providers.Error{Reason: providers.MethodUnknown})
		}
		d.Refuse(ctx, c)
		return failure(ctx, c)
	}
}

// failure returns the status of a failed call.
func failure(ctx context.Context, c *call.Call) error {
	fail(ctx)
	_ = grpc.SetTrailer(ctx, trailerOf(c))
	return status.FromProto(call.StatusOf(c)).Err()
}

// fail tells the connection that an RPC ends without an answer, unless the client has left: then
// nothing is written.
func fail(ctx context.Context) {
	if !errors.Is(ctx.Err(), context.Canceled) {
		incomingOf(ctx).conn().Fail()
	}
}

// trailerOf returns the trailers of a failed call. They tell the client's retry policy to wait or
// to give up (gRFC A6), and carry the request's id, because a client that has seen a header no
// longer retries.
func trailerOf(c *call.Call) metadata.MD {
	pushback := int64(-1)
	if retry := c.RetryDelay(); retry > 0 {
		pushback = (retry + time.Millisecond - 1).Milliseconds() // earlier would be too early
	}
	trailer := metadata.Pairs(
		server.HeaderRequestID, c.RequestID,
		"grpc-retry-pushback-ms", strconv.FormatInt(pushback, 10),
	)
	if c.Reason() == providers.CallerUnauthenticated {
		trailer.Set(server.HeaderChallenge, server.Challenge)
	}
	return trailer
}
