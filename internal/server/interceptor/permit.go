package interceptor

import (
	"context"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/permissions"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// permit refuses a valid message that asks for something its caller may not have.
func permit(ctx context.Context, _ any) *providers.Error {
	c := call.From(ctx)
	if allowed := c.Settings.PermissionsOf(c.CallerName()); allowed != nil && c.Request != nil {
		return allowed.Check(asks(c.Request))
	}
	return nil
}

func asks(request *livenessv1.IssueLivenessTokenRequest) permissions.Request {
	return permissions.Request{
		Flow: call.FlowOf(request.GetFlow()), Scenario: request.GetScenario(),
		ReturnURL: request.GetCallback().GetReturnUrl(), NotifyURL: request.GetCallback().GetNotifyUrl(),
	}
}
