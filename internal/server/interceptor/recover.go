package interceptor

import (
	"context"
	"runtime/debug"

	"google.golang.org/grpc"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// recoverPanic turns a panic into INTERNAL. It runs inside observe, so that a panic is
// counted and logged, and outside everything that a message can reach.
func recoverPanic(next grpc.UnaryHandler) grpc.UnaryHandler {
	return func(ctx context.Context, request any) (response any, err error) {
		defer func() {
			if value := recover(); value != nil {
				response, err = nil, &providers.Error{Reason: providers.Internal, Cause: call.PanicError(value, debug.Stack())}
			}
		}()
		return next(ctx, request)
	}
}
