package route

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// mixed is a route of both products in two regions.
func mixed() []Target {
	return []Target{target("a"), target("b", of(&page)), target("c", in("sgp")), target("d", of(&page), in("sgp"))}
}

func TestAcceptedProductsAndRegions(t *testing.T) {
	tests := map[string]struct {
		accepted, regions []string
		want              []string
	}{
		"any":                            {both, nil, []string{"a", "b", "c", "d"}},
		"one product":                    {[]string{"beta.page"}, nil, []string{"b", "d"}},
		"a product that nobody knows":    {[]string{"future.sdk", "acme.sdk"}, nil, []string{"a", "c"}},
		"one region":                     {both, []string{"sgp"}, []string{"c", "d"}},
		"both regions":                   {both, []string{"sgp", "cn"}, []string{"a", "b", "c", "d"}},
		"a region that nobody knows":     {both, []string{"moon", "cn"}, []string{"a", "b"}},
		"one product in one region":      {[]string{"acme.sdk"}, []string{"sgp"}, []string{"c"}},
		"a name is the whole name":       {[]string{"acme", "acme.sdk2", "beta.page"}, nil, []string{"b", "d"}},
		"an order of the caller's own":   {[]string{"beta.page", "acme.sdk"}, []string{"cn"}, []string{"a", "b"}},
		"the same product named twice":   {[]string{"acme.sdk", "acme.sdk"}, nil, []string{"a", "c"}},
		"the same region named twice":    {both, []string{"cn", "cn"}, []string{"a", "b"}},
		"a product, regions left to all": {[]string{"acme.sdk"}, []string{}, []string{"a", "c"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			q := query()
			q.AcceptedProducts, q.Regions = test.accepted, test.regions
			require.Equal(t, test.want, planned(t, table(mixed()...), q))
		})
	}
}

func TestSteeredAwayFromAll(t *testing.T) {
	tests := map[string]struct {
		accepted, regions []string
		want              []providers.Path
	}{
		"unknown products": {[]string{"future.sdk"}, nil, []providers.Path{"accepted_products"}},
		"unknown regions":  {both, []string{"moon"}, []providers.Path{"regions"}},
		"both":             {[]string{"acme.sdk"}, []string{"moon"}, []providers.Path{"regions", "accepted_products"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			q := query()
			q.AcceptedProducts, q.Regions = test.accepted, test.regions
			p, failure := table(mixed()...).Plan(q)
			require.Equal(t, providers.NoEligibleProduct, failure.Reason)
			require.Equal(t, test.want, paths(failure.Violations))
			require.Empty(t, p.Targets)
			require.Len(t, p.RuledOut, 4)
		})
	}
}

func paths(violations []providers.Violation) []providers.Path {
	var all []providers.Path
	for _, v := range violations {
		all = append(all, v.Path)
	}
	return all
}

// Who accepts nothing by name gets what configuration makes evident.
func TestAcceptedProductsLeftOut(t *testing.T) {
	tests := map[string]struct {
		route Route
		want  []string
	}{
		"one product on two accounts": {
			Route{Targets: []Target{target("a"), target("b")}}, []string{"a", "b"},
		},
		"the route names one": {
			Route{Targets: mixed(), AcceptedProducts: []string{"beta.page"}}, []string{"b", "d"},
		},
		"the route names all": {
			Route{Targets: mixed(), AcceptedProducts: both}, []string{"a", "b", "c", "d"},
		},
		"nobody says": {route: Route{Targets: mixed()}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.route.Flow = providers.FlowAppSDK
			r := NewTable([]Route{test.route})
			q := query()
			q.AcceptedProducts = nil
			if test.want != nil {
				require.Equal(t, test.want, planned(t, r, q))
				return
			}
			p, failure := r.Plan(q)
			require.Equal(t, providers.InvalidRequest, failure.Reason)
			require.Equal(t, []providers.Path{"accepted_products"}, paths(failure.Violations))
			require.Empty(t, p.Targets)
		})
	}
}

func TestCallersListCountsBeforeTheRoutes(t *testing.T) {
	r := NewTable([]Route{{Flow: providers.FlowAppSDK, Targets: mixed(), AcceptedProducts: []string{"beta.page"}}})
	q := query()
	q.AcceptedProducts = []string{"acme.sdk"}
	require.Equal(t, []string{"a", "c"}, planned(t, r, q))
}

func TestRouteOfAQuery(t *testing.T) {
	r := NewTable([]Route{
		{Flow: providers.FlowAppSDK, Targets: []Target{target("default")}},
		{Flow: providers.FlowAppSDK, Scenario: "login", Targets: []Target{target("login")}},
		{Flow: providers.FlowHostedPage, Scenario: "login", Targets: []Target{target("page")}},
	})
	tests := []struct {
		flow     providers.Flow
		scenario string
		account  string
		reason   providers.Reason
		path     providers.Path
	}{
		{flow: providers.FlowAppSDK, account: "default"},
		{flow: providers.FlowAppSDK, scenario: "login", account: "login"},
		{flow: providers.FlowHostedPage, scenario: "login", account: "page"},
		{flow: providers.FlowAppSDK, scenario: "withdrawal", reason: providers.InvalidRequest, path: "scenario"},
		{flow: providers.FlowHostedPage, scenario: "withdrawal", reason: providers.InvalidRequest, path: "scenario"},
		{flow: providers.FlowHostedPage, reason: providers.InvalidRequest, path: "scenario"},
		{flow: providers.FlowJSSDK, reason: providers.NoEligibleProduct, path: "flow"},
		{flow: providers.FlowJSSDK, scenario: "login", reason: providers.NoEligibleProduct, path: "flow"},
	}
	for _, test := range tests {
		t.Run(test.flow.String()+" "+test.scenario, func(t *testing.T) {
			q := query()
			q.Flow, q.Scenario = test.flow, test.scenario
			p, failure := r.Plan(q)
			if test.reason == "" {
				require.Nil(t, failure)
				require.Equal(t, []string{test.account}, accounts(p.Targets))
				return
			}
			require.Equal(t, test.reason, failure.Reason)
			require.Equal(t, []providers.Path{test.path}, paths(failure.Violations))
			require.Empty(t, p.Targets)
		})
	}
}

// An account whose region nobody knows is in none that a caller names.
func TestAccountWithoutARegion(t *testing.T) {
	q := query()
	q.Regions = []string{"cn"}
	_, failure := table(target("a", in(""))).Plan(q)
	require.Equal(t, providers.NoEligibleProduct, failure.Reason)
	require.Equal(t, []string{"b"}, planned(t, table(target("a", in("")), target("b")), q))
}
