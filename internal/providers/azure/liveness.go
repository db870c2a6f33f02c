package azure

import (
	"context"
	"encoding/json"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
)

var liveness = providers.Product{
	ID:              Name + ".liveness",
	Flows:           flows(),
	Document:        "Azure AI Face: Create Liveness Session (v1.2)",
	Endpoint:        "/detectLiveness-sessions",
	Lifetime:        lifetime,
	LongerWhenAsked: true,
	Needs:           []providers.Need{deviceNeed},
	Honours:         providers.FieldSet(providers.FieldDeviceID, providers.FieldTokenLifetime),
	Limits:          []providers.Limit{deviceLimit, lifetimeLimit},
	Parameters:      []providers.Parameter{livenessOperationMode, setInClient, timeToLive, enableSessionImage},
}

type livenessTarget struct{ *target }

// Issue asks for a session by POST /detectLiveness-sessions.
func (t *livenessTarget) Issue(ctx context.Context, call providers.Call) (*providers.Token, error) {
	return t.issue(ctx, call, liveness.Endpoint, t.body(call))
}

func (t *livenessTarget) body(call providers.Call) *bodies.JSON {
	body := bodies.NewJSON("application/json")
	t.fill(body, func(name, value string) { body.AddValue(name, json.RawMessage(value)) }, call)
	return body
}
