package interceptor

import (
	"context"

	"google.golang.org/grpc"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/permissions"
)

// permit refuses a valid message that asks for something its caller may not have.
func permit(ctx context.Context, request any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	c := call.From(ctx)
	if allowed := c.Settings.PermissionsOf(c.CallerName()); allowed != nil && c.Request != nil {
		if refused := allowed.Check(asks(c.Request)); refused != nil {
			return nil, refused
		}
	}
	return next(ctx, request)
}

func asks(request *livenessv1.IssueLivenessTokenRequest) permissions.Request {
	return permissions.Request{
		Flow: call.FlowOf(request.GetFlow()), Scenario: request.GetScenario(),
		ReturnURL: request.GetCallback().GetReturnUrl(), NotifyURL: request.GetCallback().GetNotifyUrl(),
	}
}
