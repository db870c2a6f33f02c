// Package interceptor is the chain that every call passes on its way to its RPC, the same for each
// transport: observe, recover, pace, admit, read, deadline, validate, permit. It does not know
// which listener a call came in by.
package interceptor

import (
	"context"
	"slices"

	"google.golang.org/grpc"

	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/quota"
)

// All returns the interceptors, the outermost first. They are ordinary gRPC interceptors, and
// expect the call in the context. Rates are those of callers, nil if none is limited.
func All(controller *admission.Controller, rates quota.Rates, observers []func(*call.Call)) []grpc.UnaryServerInterceptor {
	return []grpc.UnaryServerInterceptor{
		observe(observers),
		recoverPanic,
		pace(controller),
		admit(controller, rates),
		read,
		limitDeadline,
		validateMessage,
		permit,
	}
}

// Chain returns handler behind the interceptors, the outermost first.
func Chain(handler grpc.UnaryHandler, info *grpc.UnaryServerInfo, interceptors []grpc.UnaryServerInterceptor) grpc.UnaryHandler {
	for _, intercept := range slices.Backward(interceptors) {
		next := handler
		handler = func(ctx context.Context, request any) (any, error) { return intercept(ctx, request, info, next) }
	}
	return handler
}
