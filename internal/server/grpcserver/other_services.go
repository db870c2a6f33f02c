package grpcserver

import (
	"context"
	"errors"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/tap"

	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/server/grpcserver/inbound"
	"github.com/liveness-gateway/gateway/internal/server/grpcserver/wire"
)

// otherServices registers health and reflection with the server, with streams bounded in number
// and age. The library's own handlers serve them, and would keep any number of streams for as long
// as the client's connection lasts.
type otherServices struct {
	*grpc.Server

	dispatcher *server.Dispatcher

	// ages are how old streams may get, by the full names of their methods.
	ages  map[string]time.Duration
	hosts *server.Hosts

	refusals *wire.Refusals
	pace     pace
}

// forAll are the methods that anybody may call: probes of health have no identity. Health's List is
// not among them, because it names the services.
var forAll = map[string]bool{healthpb.Health_Check_FullMethodName: true, healthpb.Health_Watch_FullMethodName: true}

// RegisterService is grpc.ServiceRegistrar's. Unary RPCs are registered as streams, so that they
// count already while their message is awaited.
func (o *otherServices) RegisterService(service *grpc.ServiceDesc, implementation any) {
	serve := func(name string, handler grpc.StreamHandler) grpc.StreamHandler {
		if !forAll["/"+service.ServiceName+"/"+name] {
			handler = o.forCallers(handler)
		}
		return o.bound(handler)
	}
	bounded := *service
	bounded.Methods, bounded.Streams = nil, nil
	for _, m := range service.Methods {
		o.ages["/"+service.ServiceName+"/"+m.MethodName] = server.ArrivalGrace
		bounded.Streams = append(bounded.Streams, grpc.StreamDesc{
			StreamName: m.MethodName,
			Handler: serve(m.MethodName, func(implementation any, stream grpc.ServerStream) error {
				answer, err := m.Handler(implementation, stream.Context(), stream.RecvMsg, nil)
				if err != nil {
					return err
				}
				return stream.SendMsg(answer)
			}),
		})
	}
	for _, s := range service.Streams {
		handler := s.Handler
		if s.ClientStreams { // many messages on one stream: reflection
			handler = func(implementation any, stream grpc.ServerStream) error {
				return s.Handler(implementation, paced{stream, &o.pace})
			}
		}
		o.ages["/"+service.ServiceName+"/"+s.StreamName] = server.MaxOtherStreamAge
		bounded.Streams = append(bounded.Streams, grpc.StreamDesc{
			StreamName: s.StreamName, ServerStreams: s.ServerStreams, ClientStreams: s.ClientStreams, Handler: serve(s.StreamName, handler),
		})
	}
	o.Server.RegisterService(&bounded, implementation)
}

// begin is shown each stream before it begins, with its header.
func (o *otherServices) begin(ctx context.Context, info *tap.Info) (context.Context, error) {
	switch {
	case ctx.Err() != nil:
		o.refused(ctx, wire.DeadlinePassed)
	case strings.Count(info.FullMethodName, "/") < 2:
		o.refused(ctx, wire.MalformedMethod)
	}
	ctx = withHeader(ctx, info.Header)
	if age, other := o.ages[info.FullMethodName]; other {
		ctx = limitAge(ctx, age)
	}
	return ctx, nil
}

// limitAge gives a stream of another service a deadline. This must happen before it begins: a read
// ends only with the context that the stream began with.
func limitAge(ctx context.Context, age time.Duration) context.Context {
	limited, cancel := context.WithTimeout(ctx, age)
	context.AfterFunc(ctx, cancel) // the library ends ctx when the stream ends
	return limited
}

// refused counts an RPC that the library is about to refuse.
func (o *otherServices) refused(ctx context.Context, why wire.Refusal) {
	conn := incomingOf(ctx).conn()
	conn.Fail()
	o.refusals.Add(why, conn.RemoteAddr())
}

// refusalDelay is how long a refusal is held back: with MaxStreams at once on a connection, a
// client that does not stop gets a few hundred of them a second.
const refusalDelay = 250 * time.Millisecond

// pause returns after d or when ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// forCallers returns the handler with authentication before it, if callers are configured.
func (o *otherServices) forCallers(handler grpc.StreamHandler) grpc.StreamHandler {
	return func(implementation any, stream grpc.ServerStream) error {
		ctx := stream.Context()
		from := incomingOf(ctx)
		c := from.newCall()
		o.dispatcher.Authenticate(ctx, c, from.shown())
		if c.Refused != nil {
			o.refusals.Add(wire.Unauthenticated, from.conn().RemoteAddr())
			c.Err = c.Refused
			return failure(ctx, c)
		}
		return handler(implementation, stream)
	}
}

// bound returns the handler within the bound on streams.
func (o *otherServices) bound(handler grpc.StreamHandler) grpc.StreamHandler {
	return func(implementation any, stream grpc.ServerStream) error {
		answer := &answering{ServerStream: stream}
		err := o.serve(implementation, answer, handler)
		if !answer.begun {
			fail(stream.Context())
		}
		return err
	}
}

// answering is a stream that knows whether its answer has begun.
type answering struct {
	grpc.ServerStream

	begun bool
}

// SendMsg is grpc.ServerStream's.
func (a *answering) SendMsg(message any) error {
	a.begun = true
	return a.ServerStream.SendMsg(message)
}

// serve serves a stream, or refuses it.
func (o *otherServices) serve(implementation any, stream grpc.ServerStream, handler grpc.StreamHandler) error {
	from := incomingOf(stream.Context())
	if !from.allowedBy(o.hosts) {
		return status.Error(codes.PermissionDenied, server.Misdirected().Message)
	}
	if name, _ := grpc.ServerTransportStreamFromContext(stream.Context()).(interface{ RecvCompress() string }); name != nil && !inbound.Takes(name.RecvCompress()) {
		return status.Error(codes.Unimplemented, inbound.EncodingRefused(name.RecvCompress()))
	}
	conn := from.conn()
	if !conn.OpenStream() {
		o.refusals.Add(wire.TooManyOther, conn.RemoteAddr())
		pause(stream.Context(), refusalDelay)
		return status.Error(codes.ResourceExhausted, "too many RPCs of health and reflection at once")
	}
	defer conn.CloseStream()
	err := handler(implementation, stream)
	if ended := stream.Context().Err(); errors.Is(ended, context.DeadlineExceeded) {
		return status.FromContextError(ended).Err() // as the library says when a read ends so
	}
	return err
}
