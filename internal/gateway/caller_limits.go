package gateway

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/permissions"
	"github.com/liveness-gateway/gateway/internal/quota"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/telemetry/metrics"
)

// callLimits are the limits of all calls, and of each caller's calls.
func callLimits(cfg *config.Config) (all admission.Limits, callers map[string]admission.Limits) {
	callers = make(map[string]admission.Limits, len(cfg.Callers))
	for i := range cfg.Callers {
		c := &cfg.Callers[i]
		callers[c.Name] = admission.Limits{MaxCalls: c.MaxCalls, MaxPhotoBytes: int64(c.MaxPhotoBytes)}
	}
	return admission.Limits{MaxCalls: cfg.Limits.MaxCalls, MaxPhotoBytes: int64(cfg.Limits.MaxPhotoBytes)}, callers
}

// callRates are how often the callers may call.
func callRates(cfg *config.Config) map[string]quota.Rate {
	rates := make(map[string]quota.Rate)
	for i := range cfg.Callers {
		if c := &cfg.Callers[i]; c.Rate > 0 {
			rates[c.Name] = quota.Rate{PerSecond: c.Rate, Burst: c.Burst}
		}
	}
	return rates
}

// callerKeys are the bounds on callers' idempotency keys, of the callers that have one.
func callerKeys(cfg *config.Config) map[string]int {
	most := make(map[string]int)
	for i := range cfg.Callers {
		if c := &cfg.Callers[i]; c.MaxIdempotencyKeys > 0 {
			most[c.Name] = c.MaxIdempotencyKeys
		}
	}
	return most
}

// callerNames are the names of all callers.
func callerNames(cfg *config.Config) []string {
	names := make([]string, len(cfg.Callers))
	for i := range cfg.Callers {
		names[i] = cfg.Callers[i].Name
	}
	return names
}

// callersInFlight is the metrics of the callers in the running configuration.
type callersInFlight struct{ *live }

// Describe sends the descriptions of everything that Collect sends.
func (callersInFlight) Describe(descs chan<- *prometheus.Desc) {
	(&metrics.Callers{}).Describe(descs)
}

// Collect sends what is in flight now.
func (l callersInFlight) Collect(sent chan<- prometheus.Metric) {
	configured := l.current.Load().config.Callers
	all := make([]metrics.Caller, len(configured))
	for i := range configured {
		c := &configured[i]
		all[i] = metrics.Caller{
			Name: c.Name, MaxCalls: c.MaxCalls, MaxPhotoBytes: int64(c.MaxPhotoBytes), MaxIdempotencyKeys: c.MaxIdempotencyKeys,
		}
	}
	(&metrics.Callers{All: all, InFlight: l.controller.InFlightOf, IdempotencyKeys: l.keys.KeysOf}).Collect(sent)
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

// Narrowed returns what each caller's calls may be served by.
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
