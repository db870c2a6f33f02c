package interceptor

import (
	"context"
	"runtime/debug"
	"strings"
	"time"

	"google.golang.org/grpc"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// observe tells the observers of every call when it has ended, of one that panicked too.
func observe(observers []func(*call.Call)) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		c := call.From(ctx)
		c.Method = strings.TrimPrefix(info.FullMethod, "/")
		response, err := next(ctx, request)
		if err != nil {
			c.Err = call.AsError(err)
		}
		c.Duration = time.Since(c.Start)
		for _, observer := range observers {
			observer(c)
		}
		return response, err
	}
}

// recoverPanic turns a panic into INTERNAL. It runs inside observe, so that a panic is
// counted and logged, and outside everything that a message can reach.
func recoverPanic(ctx context.Context, request any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (response any, err error) {
	defer func() {
		if value := recover(); value != nil {
			response, err = nil, &providers.Error{Reason: providers.Internal, Cause: call.PanicError(value, debug.Stack())}
		}
	}()
	return next(ctx, request)
}
