package gateway

import (
	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/permissions"
	"github.com/liveness-gateway/gateway/internal/quota"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/telemetry"
)

// newAdmission returns what sheds calls beyond the limits of all, and of each caller.
func newAdmission(cfg *config.Config) *admission.Controller {
	callers := make(map[string]admission.Limits, len(cfg.Callers))
	for i := range cfg.Callers {
		c := &cfg.Callers[i]
		callers[c.Name] = admission.Limits{MaxCalls: c.MaxCalls, MaxPhotoBytes: int64(c.MaxPhotoBytes)}
	}
	return admission.NewController(
		admission.Limits{MaxCalls: cfg.Limits.MaxCalls, MaxPhotoBytes: int64(cfg.Limits.MaxPhotoBytes)}, callers)
}

// newRates returns how often the callers may call.
func newRates(cfg *config.Config) *quota.InMemory {
	rates := make(map[string]quota.Rate)
	for i := range cfg.Callers {
		if c := &cfg.Callers[i]; c.Rate > 0 {
			rates[c.Name] = quota.Rate{PerSecond: c.Rate, Burst: c.Burst}
		}
	}
	return quota.NewInMemory(rates)
}

// callersInFlight is what metrics say of the callers.
func callersInFlight(cfg *config.Config, controller *admission.Controller, keys *idempotency.Memory) *telemetry.Callers {
	all := make([]telemetry.Caller, len(cfg.Callers))
	for i := range cfg.Callers {
		c := &cfg.Callers[i]
		all[i] = telemetry.Caller{
			Name: c.Name, MaxCalls: c.MaxCalls, MaxPhotoBytes: int64(c.MaxPhotoBytes), MaxIdempotencyKeys: c.MaxIdempotencyKeys,
		}
	}
	return &telemetry.Callers{All: all, InFlight: controller.InFlightOf, IdempotencyKeys: keys.KeysOf}
}

// Permissions returns what callers may ask for, by their names.
func Permissions(cfg *config.Config) map[string]*permissions.Permissions {
	all := make(map[string]*permissions.Permissions, len(cfg.Callers))
	for i := range cfg.Callers {
		c := &cfg.Callers[i]
		all[c.Name] = &permissions.Permissions{Flows: c.Flows, Scenarios: c.Scenarios}
		for _, text := range c.CallbackHosts {
			if host, ok := permissions.ParseHost(text); ok { // the file was checked
				all[c.Name].CallbackHosts = append(all[c.Name].CallbackHosts, host)
			}
		}
	}
	return all
}

// Narrowed returns to what the calls of callers are narrowed.
func Narrowed(cfg *config.Config) []route.Caller {
	all := make([]route.Caller, len(cfg.Callers))
	for i := range cfg.Callers {
		c := &cfg.Callers[i]
		all[i] = route.Caller{
			Name: c.Name, Products: c.Products, Regions: c.Regions, AcceptedProducts: c.AcceptedProducts,
		}
	}
	return all
}
