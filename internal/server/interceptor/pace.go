package interceptor

import (
	"context"

	"google.golang.org/grpc"

	"github.com/liveness-gateway/gateway/internal/call"
)

// pace delays refusals for lack of room when a caller gets many of them. Meanwhile the call holds
// nothing.
func (chain *Chain) pace(next grpc.UnaryHandler) grpc.UnaryHandler {
	return func(ctx context.Context, request any) (any, error) {
		response, err := next(ctx, request)
		if c := call.From(ctx); err != nil && c.LacksRoom(err) {
			c.Permit.Release()
			chain.controller.Pause(ctx, c.CallerName())
		}
		return response, err
	}
}
