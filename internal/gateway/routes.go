package gateway

import (
	"maps"
	"slices"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/upstream"
)

// Routes returns the configured routes over newly opened accounts. Nothing is dialled
// before a route is used.
func Routes(cfg *config.Config) []route.Route {
	routes, _ := openRoutes(cfg)
	return routes
}

// openRoutes also returns the transports of the accounts, which are to be closed.
func openRoutes(cfg *config.Config) ([]route.Route, []*upstream.Transport) {
	accounts := make(map[string]providers.Account)
	guards := make(map[string]*guard.Account)
	transports := make([]*upstream.Transport, len(cfg.Accounts))
	for i := range cfg.Accounts {
		account := &cfg.Accounts[i]
		transports[i] = upstream.NewTransport(account)
		accounts[account.Name] = upstream.Open(account, transports[i])
		guards[account.Name] = guard.NewAccount(len(account.Credentials), account.MaxInFlight)
	}
	routes := make([]route.Route, len(cfg.Routes))
	for i, r := range cfg.Routes {
		routes[i] = route.Route{
			Flow: r.Flow, Scenario: r.Scenario, Callers: r.Callers, Weighted: r.Weighted(),
			AcceptedProducts: r.AcceptedProducts, StopAfterAmbiguous: r.StopAfterAmbiguous(),
		}
		for _, t := range r.Targets {
			account := cfg.Account(t.Account)
			routes[i].Targets = append(routes[i].Targets, route.Target{
				Product:  account.Provider.Product(t.Product),
				Provider: account.Provider.Name, Account: account.Name, Region: account.Region,
				Weight: float64(t.Weight), Timeout: account.Timeout,
				Issuer: accounts[t.Account].NewTarget(t.Product, t.Parameters),
				Guard:  guards[t.Account], OutOfService: cfg.OutOfServiceReason(t.Account, t.Product),
				Credentials: account.CredentialNames(), Parameters: slices.Sorted(maps.Keys(t.Parameters)),
			})
		}
	}
	return routes, transports
}
