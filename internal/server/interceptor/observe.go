package interceptor

import (
	"context"
	"strings"
	"time"

	"google.golang.org/grpc"

	"github.com/liveness-gateway/gateway/internal/call"
)

// observe shows every call that has ended to the observers, even one that panicked.
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
