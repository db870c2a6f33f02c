package interceptor

import (
	"context"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/quota"
)

// admit lets a call read its message, or ends it: because its listener refuses it, because it is
// shed, or because it is beyond its caller's rate. A call whose message is already there is never
// shed. A call that is shed does not count against the rate; every later one does, even with an
// invalid message, since that costs as much as a valid one.
func (chain *Chain) admit(ctx context.Context, _ any) *providers.Error {
	c := call.From(ctx)
	if c.Refused == nil && c.Read != nil {
		c.Refused = chain.controller.Open(&c.Permit, c.CallerName(), c.Resent)
		if c.Refused == nil && chain.rates != nil {
			c.Refused = takeOne(ctx, chain.rates, c)
		}
	}
	return c.Refused
}

// takeOne counts a call against its caller's rate, or refuses it.
func takeOne(ctx context.Context, rates quota.Rates, c *call.Call) *providers.Error {
	wait, err := rates.Take(ctx, c.CallerName())
	if wait == 0 || err != nil {
		return nil //nolint:nilerr // if the rate cannot be looked up, the call is let through
	}
	c.ComeBackIn(wait)
	return &providers.Error{Reason: providers.CallerQuotaExceeded, Message: "too many calls in a time"}
}
