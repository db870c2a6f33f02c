package interceptor

import (
	"context"
	"time"

	"google.golang.org/grpc"

	"github.com/liveness-gateway/gateway/internal/call"
)

// limitDeadline gives a call that names no deadline the default, and bounds the others.
func limitDeadline(next grpc.UnaryHandler) grpc.UnaryHandler {
	return func(ctx context.Context, request any) (any, error) {
		limit := call.DefaultDeadline
		if deadline, ok := ctx.Deadline(); ok {
			if time.Until(deadline) <= call.MaxDeadline {
				return next(ctx, request)
			}
			limit = call.MaxDeadline
		}
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		return next(ctx, request)
	}
}
