// Package interceptor is the chain that every call passes on its way to its RPC, the same for each
// transport: observe, recover, pace, the checks (admit, read, validate, permit), deadline. It does
// not know which listener a call came in by.
package interceptor

import (
	"context"

	"google.golang.org/grpc"

	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/quota"
)

// Chain is the interceptors. Each returns the handler that it is given behind itself, once for each RPC,
// where a grpc.UnaryServerInterceptor would be told at every call what is next: all of them are on the
// stack while the vendor is waited for, and take half as much of it.
type Chain struct {
	controller *admission.Controller
	rates      quota.Rates
	observers  []func(*call.Call)
	checks     []check
}

// check refuses a call, or returns nil.
type check func(ctx context.Context, request any) *providers.Error

// New returns a chain that sheds calls as the controller says, holds callers to their rates, nil if none
// is limited, and tells each observer of every call when it has ended.
func New(controller *admission.Controller, rates quota.Rates, observers []func(*call.Call)) *Chain {
	chain := &Chain{controller: controller, rates: rates, observers: observers}
	chain.checks = []check{chain.admit, read, validateMessage, permit}
	return chain
}

// Handler returns the handler of an RPC behind the interceptors, which expect the call in the context.
func (chain *Chain) Handler(method string, rpc grpc.UnaryHandler) grpc.UnaryHandler {
	return chain.observe(method, recoverPanic(chain.pace(chain.checked(limitDeadline(rpc)))))
}

// checked lets a call pass that none of the checks refuses. They are no interceptors, so that they are gone
// from the stack when the vendor is waited for.
func (chain *Chain) checked(next grpc.UnaryHandler) grpc.UnaryHandler {
	return func(ctx context.Context, request any) (any, error) {
		for _, check := range chain.checks {
			if refused := check(ctx, request); refused != nil {
				return nil, refused
			}
		}
		return next(ctx, request)
	}
}
