package gateway

import (
	"math"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/quota"
	"github.com/liveness-gateway/gateway/internal/server/admin"
)

// callerStatus is the state of callers, for operators.
type callerStatus struct{ *live }

// all returns the callers of the running configuration, in their order.
func (s callerStatus) all() []admin.Caller {
	configured := s.current.Load().config.Callers
	all := make([]admin.Caller, len(configured))
	for i := range configured {
		all[i] = s.of(&configured[i])
	}
	return all
}

func (s callerStatus) of(c *config.Caller) admin.Caller {
	shown := admin.Caller{
		Name: c.Name, Admin: c.Admin, IdentifiedBy: kindsOf(c),
		Scenarios: c.Scenarios, Products: c.Products, Regions: c.Regions, AcceptedProducts: c.AcceptedProducts, CallbackHosts: c.CallbackHosts,
		MaxCalls: c.MaxCalls, MaxPhotoBytes: int64(c.MaxPhotoBytes),
	}
	for _, flow := range c.Flows {
		shown.Flows = append(shown.Flows, flow.String())
	}
	shown.Calls, shown.PhotoBytes = s.controller.InFlightOf(c.Name)
	if c.Rate > 0 {
		shown.Rate = &admin.Rate{PerSecond: c.Rate, Burst: c.Burst, Left: s.rateLeft(c.Name)}
	}
	if c.MaxIdempotencyKeys > 0 {
		shown.IdempotencyKeys = &admin.Keys{Held: s.keys.KeysOf(c.Name), Max: c.MaxIdempotencyKeys}
	}
	return shown
}

// rateLeft returns how many calls the caller could make at once, nil if replicas count them together.
func (s callerStatus) rateLeft(caller string) *float64 {
	own, ok := s.rates.(*quota.InMemory)
	if !ok {
		return nil
	}
	left, _ := own.Left(caller)
	left = math.Floor(left*100) / 100
	return &left
}

// kindsOf returns the kinds of a caller's credentials, never a name or a hash of one.
func kindsOf(c *config.Caller) (kinds []string) {
	if len(c.Certificates) > 0 {
		kinds = append(kinds, "certificate")
	}
	if len(c.APIKeys) > 0 {
		kinds = append(kinds, "api_key")
	}
	if len(c.JWT) > 0 {
		kinds = append(kinds, "jwt")
	}
	return kinds
}
