package gateway

import (
	"context"
	"errors"

	"github.com/liveness-gateway/gateway/internal/config/suggest"
	"github.com/liveness-gateway/gateway/internal/plan"
)

// plan explains how a request that an operator describes would be routed by the running configuration,
// disregarding breakers, limits and ejected credentials.
func (g *Gateway) plan(ctx context.Context, caller string, description []byte) (any, error) {
	running := g.current.Load()
	if caller != "" && running.config.Caller(caller) == nil {
		return nil, errors.New("caller: " + suggest.Unknown("caller", caller, nil))
	}
	return plan.OfForm(ctx, plan.Settings{
		Routes: running.routes, Caller: caller, Permissions: Permissions(running.config),
		AllowPrivateCallbacks: running.config.AllowPrivateCallbacks,
	}, description)
}
