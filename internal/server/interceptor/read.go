package interceptor

import (
	"context"

	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// read reads the message from the transport, unless it is already there. Only then does the call
// count against the limits: streams without messages cost a client nothing, and must not crowd
// out calls.
func read(ctx context.Context, request any) *providers.Error {
	c := call.From(ctx)
	if c.Read != nil {
		if c.Refused = c.Read(ctx, request.(proto.Message)); c.Refused != nil {
			return c.Refused
		}
		if c.Refused = c.Permit.Admit(); c.Refused != nil {
			return c.Refused
		}
	}
	if message, ok := request.(*livenessv1.IssueLivenessTokenRequest); ok {
		c.Request, c.Flow = message, call.FlowOf(message.GetFlow())
	}
	return nil
}
