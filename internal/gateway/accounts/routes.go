package accounts

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/outofservice"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// Routes returns the configured routes over the accounts, without what is out of service.
func (s Set) Routes(cfg *config.Config, out *outofservice.List) []route.Route {
	routes := make([]route.Route, len(cfg.Routes))
	for i, r := range cfg.Routes {
		routes[i] = route.Route{
			Flow: r.Flow, Scenario: r.Scenario, Callers: r.Callers, Weighted: r.Weighted(),
			AcceptedProducts: r.AcceptedProducts, StopAfterAmbiguous: r.StopAfterAmbiguous(),
		}
		for _, t := range r.Targets {
			account := s[t.Account]
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

// fingerprint tells targets with other parameters apart.
func fingerprint(parameters map[string]string) string {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		text.WriteString(strconv.Quote(name) + strconv.Quote(parameters[name]))
	}
	return text.String()
}
