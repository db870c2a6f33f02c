package rest

import (
	"context"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/server"
)

// inProcess is the client connection through which grpc-gateway's generated handlers call the
// dispatcher, without a network in between. The answer goes into the call that the context
// carries, because the handlers' own response would have to be filled by copying.
type inProcess struct{ dispatcher *server.Dispatcher }

// Invoke makes the call of an RPC.
func (p inProcess) Invoke(ctx context.Context, name string, request, _ any, _ ...grpc.CallOption) error {
	method, ok := p.dispatcher.Method(name)
	if !ok {
		return status.Error(codes.Unimplemented, name)
	}
	c := call.From(ctx)
	c.Route, _ = runtime.HTTPPathPattern(ctx)
	var err error
	c.Answer, err = method.Handle(ctx, request)
	return err
}

// answerOf replaces the handlers' own response by the call's.
func answerOf(ctx context.Context, _ proto.Message) (any, error) { return call.From(ctx).Answer, nil }

// NewStream refuses: no RPC of the contract streams.
func (inProcess) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, status.Error(codes.Unimplemented, "no RPC streams")
}
