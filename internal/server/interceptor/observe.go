package interceptor

import (
	"context"
	"time"

	"google.golang.org/grpc"

	"github.com/liveness-gateway/gateway/internal/call"
)

// observe shows every call that has ended to the observers, even one that panicked.
func (chain *Chain) observe(method string, next grpc.UnaryHandler) grpc.UnaryHandler {
	return func(ctx context.Context, request any) (any, error) {
		c := call.From(ctx)
		c.Method = method
		response, err := next(ctx, request)
		if err != nil {
			c.Err = call.AsError(err)
		}
		c.Duration = time.Since(c.Start)
		for _, observer := range chain.observers {
			observer(c)
		}
		return response, err
	}
}
