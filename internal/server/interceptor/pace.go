package interceptor

import (
	"context"

	"google.golang.org/grpc"

	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/call"
)

// pace delays refusals for lack of room when a caller gets many of them. Meanwhile the call holds
// nothing.
func pace(controller *admission.Controller) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		response, err := next(ctx, request)
		if c := call.From(ctx); err != nil && c.LacksRoom(err) {
			c.Permit.Release()
			controller.Pause(ctx, c.CallerName())
		}
		return response, err
	}
}
