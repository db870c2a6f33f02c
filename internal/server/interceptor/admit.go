package interceptor

import (
	"context"

	"google.golang.org/grpc"

	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/quota"
)

// admit lets a call read its message, or ends one that is shed already, that is beyond its
// caller's rate, or that its transport refuses. A call whose message is there already is never
// shed. Shedding costs nothing of a rate; what comes after does, whatever is in the message: who
// sends bad ones costs as much as others.
func admit(controller *admission.Controller, rates quota.Rates) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		c := call.From(ctx)
		if c.Refused == nil && c.Read != nil {
			c.Refused = controller.Open(&c.Permit, c.CallerName(), c.Resent)
			if c.Refused == nil && rates != nil {
				c.Refused = takeOne(ctx, rates, c)
			}
		}
		if c.Refused != nil {
			return nil, c.Refused
		}
		return next(ctx, request)
	}
}

// takeOne takes a call of its caller's rate, or refuses it.
func takeOne(ctx context.Context, rates quota.Rates, c *call.Call) *providers.Error {
	wait, err := rates.Take(ctx, c.CallerName())
	if wait == 0 || err != nil {
		return nil //nolint:nilerr // where nobody can tell, the call goes on
	}
	c.ComeBackIn(wait)
	return &providers.Error{Reason: providers.CallerQuotaExceeded, Message: "too many calls in a time"}
}
