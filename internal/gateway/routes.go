package gateway

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/outofservice"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/vendorlimit"
)

// Routes returns the configured routes over newly opened accounts. Nothing is dialled
// before a route is used.
func Routes(cfg *config.Config) []route.Route {
	return routesOver(cfg, openAccounts(cfg, nil, vendorlimit.NewMemory(), time.Now()), outofservice.New(nil))
}

// routesOver returns the configured routes over the accounts, without what is out of service.
func routesOver(cfg *config.Config, opened accounts, out *outofservice.List) []route.Route {
	routes := make([]route.Route, len(cfg.Routes))
	for i, r := range cfg.Routes {
		routes[i] = route.Route{
			Flow: r.Flow, Scenario: r.Scenario, Callers: r.Callers, Weighted: r.Weighted(),
			AcceptedProducts: r.AcceptedProducts, StopAfterAmbiguous: r.StopAfterAmbiguous(),
		}
		for _, t := range r.Targets {
			account := opened[t.Account]
			routes[i].Targets = append(routes[i].Targets, route.Target{
				Product:  account.Provider.Product(t.Product),
				Provider: account.Provider.Name, Account: account.Name, Region: account.Region,
				Weight: float64(t.Weight), Timeout: account.Timeout,
				Issuer: account.opened.NewTarget(t.Product, t.Parameters),
				Guard:  account.guard, Limit: account.limit, OutOfService: cmp.Or(cfg.OutOfServiceReason(t.Account, t.Product), out.Reason(t.Account, t.Product)),
				Credentials: account.names, Parameters: slices.Sorted(maps.Keys(t.Parameters)), Fingerprint: fingerprint(t.Parameters),
				Settings: providers.Settings{Parameters: t.Parameters, Options: account.Options},
			})
		}
	}
	return routes
}
