package interceptor

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// admit lets a call read its message, or ends one that is shed already, that is beyond its
// caller's rate, or that its transport refuses. A call whose message is there already is never
// shed. Shedding costs nothing of a rate; what comes after does, whatever is in the message: who
// sends bad ones costs as much as others.
func admit(controller *admission.Controller, limits *CallerLimits) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		c := call.From(ctx)
		if c.Refused == nil && c.Read != nil {
			c.Refused = controller.Open(&c.Permit, c.CallerName(), c.Resent)
			if c.Refused == nil && limits.Rates != nil {
				c.Refused = limits.takeOne(ctx, c)
			}
		}
		if c.Refused != nil {
			return nil, c.Refused
		}
		return next(ctx, request)
	}
}

// takeOne takes a call of its caller's rate, or refuses it.
func (l *CallerLimits) takeOne(ctx context.Context, c *call.Call) *providers.Error {
	wait, err := l.Rates.Take(ctx, c.CallerName())
	if wait == 0 || err != nil {
		return nil //nolint:nilerr // where nobody can tell, the call goes on
	}
	c.ComeBackIn(wait)
	return &providers.Error{Reason: providers.CallerQuotaExceeded, Message: "too many calls in a time"}
}

// read reads the message from the transport, if it is not there already. Only now the call
// counts: streams without messages cost a client nothing, and must not crowd out calls.
func read(ctx context.Context, request any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	c := call.From(ctx)
	if c.Read != nil {
		if c.Refused = c.Read(ctx, request.(proto.Message)); c.Refused != nil {
			return nil, c.Refused
		}
		if c.Refused = c.Permit.Admit(); c.Refused != nil {
			return nil, c.Refused
		}
	}
	if message, ok := request.(*livenessv1.IssueLivenessTokenRequest); ok {
		c.Request, c.Flow = message, call.FlowOf(message.GetFlow())
	}
	return next(ctx, request)
}
