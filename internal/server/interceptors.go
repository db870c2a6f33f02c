package server

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"google.golang.org/grpc"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// Both transports run the same interceptors over the same handler: standard gRPC
// ones, with the Call in the context.

// chain returns handler behind the interceptors, the first outermost.
func chain(handler grpc.UnaryHandler, info *grpc.UnaryServerInfo, interceptors ...grpc.UnaryServerInterceptor) grpc.UnaryHandler {
	for _, intercept := range slices.Backward(interceptors) {
		next := handler
		handler = func(ctx context.Context, request any) (any, error) { return intercept(ctx, request, info, next) }
	}
	return handler
}

// observe tells the observers of every call when it has ended, of one that panicked
// too.
func observe(observers []func(*Call)) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		response, err := next(ctx, request)
		call := callOf(ctx)
		if err != nil {
			call.Err = asError(err)
		}
		call.Duration = time.Since(call.Start)
		for _, observer := range observers {
			observer(call)
		}
		return response, err
	}
}

// recoverPanic turns a panic into INTERNAL. It stands inside observe, so that a panic
// is counted and logged, and outside everything that a message can reach.
func recoverPanic(ctx context.Context, request any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (response any, err error) {
	defer func() {
		if value := recover(); value != nil {
			response, err = nil, &providers.Error{Reason: providers.Internal, Cause: panicError(value, debug.Stack())}
		}
	}()
	return next(ctx, request)
}

// panicError describes a panic for the log. Its value may hold anything, so only the
// runtime's own is shown.
func panicError(value any, stack []byte) error {
	var runtimeError runtime.Error
	if err, ok := value.(error); ok && errors.As(err, &runtimeError) {
		return fmt.Errorf("panic: %w\n%s", runtimeError, stack)
	}
	return fmt.Errorf("panic: %T\n%s", value, stack)
}

// read reads the message, and ends a call whose message the transport cannot take, after
// the interceptors outside have seen it.
func read(ctx context.Context, _ any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	call := callOf(ctx)
	if call.refused == nil && call.read != nil {
		call.refused = call.read(ctx)
	}
	if call.refused != nil {
		return nil, call.refused
	}
	call.Flow = flows[call.Request.GetFlow()]
	return next(ctx, call.Request)
}

const (
	// DefaultDeadline is that of a call that names none.
	DefaultDeadline = 8 * time.Second
	maxDeadline     = 30 * time.Second
)

// limitDeadline gives a call that names no deadline the default, and bounds the
// others.
func limitDeadline(ctx context.Context, request any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	limit := DefaultDeadline
	if deadline, ok := ctx.Deadline(); ok {
		if time.Until(deadline) <= maxDeadline {
			return next(ctx, request)
		}
		limit = maxDeadline
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return next(ctx, request)
}
