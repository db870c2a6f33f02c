package route

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// callersRouter has a target of each of two products in each of two regions, and narrows
// three callers.
func callersTable() *Table {
	routes := []Route{
		{Flow: providers.FlowAppSDK, Targets: []Target{
			target("sdk-cn"), target("sdk-sgp", in("sgp")), target("page-cn", of(&page)), target("page-sgp", of(&page), in("sgp")),
		}},
		{Flow: providers.FlowAppSDK, Scenario: "page", Targets: []Target{target("page-only", of(&page))}},
	}
	return NewTable(routes,
		Caller{Name: "shop", Products: []string{sdk.ID}},
		Caller{Name: "bank", Regions: []string{"sgp"}},
		Caller{Name: "kiosk", Products: []string{page.ID}, Regions: []string{"cn"}, AcceptedProducts: both},
	)
}

func TestCallersListsNarrowThePlan(t *testing.T) {
	all := []string{"sdk-cn", "sdk-sgp", "page-cn", "page-sgp"}
	for _, c := range []struct {
		caller            string
		accepted, regions []string
		want              []string
	}{
		{"", both, nil, all},
		{"other", both, nil, all},
		{"shop", both, nil, []string{"sdk-cn", "sdk-sgp"}},
		{"shop", nil, nil, []string{"sdk-cn", "sdk-sgp"}}, // its list leaves one product
		{"shop", both, []string{"cn"}, []string{"sdk-cn"}},
		{"bank", both, nil, []string{"sdk-sgp", "page-sgp"}},
		{"bank", []string{page.ID}, nil, []string{"page-sgp"}},
		{"kiosk", nil, nil, []string{"page-cn"}},
	} {
		r, q := callersTable(), query()
		q.Caller, q.AcceptedProducts, q.Regions = c.caller, c.accepted, c.regions
		require.Equal(t, c.want, planned(t, r, q), "%+v", c)
		p, failure := r.Plan(q)
		require.Nil(t, failure)
		require.Len(t, p.RuledOut, len(all)-len(c.want))
	}
	q := query()
	q.Caller = "bank"
	p, _ := callersTable().Plan(q)
	for _, out := range p.RuledOut {
		require.Equal(t, []providers.Violation{{
			Path: "regions", Reason: providers.CallerNotAllowed, Description: "this caller may use sgp",
		}}, out.Violations)
	}
}

// What the caller may not have is its fault only if nothing else is in the way.
func TestNothingIsLeftByTheCallersLists(t *testing.T) {
	for name, c := range map[string]struct {
		caller, scenario  string
		accepted, regions []string
		card              *providers.IdentityDocument
		reason            providers.Reason
		field             providers.Path
		description       string
	}{
		"another product":          {"shop", "", []string{page.ID}, nil, nil, providers.CallerNotAllowed, "accepted_products", "this caller may use acme.sdk"},
		"another product's route":  {"shop", "page", nil, nil, nil, providers.CallerNotAllowed, "accepted_products", "this caller may use acme.sdk"},
		"another region":           {"bank", "", both, []string{"cn"}, nil, providers.CallerNotAllowed, "regions", "this caller may use sgp"},
		"a product nobody has":     {"shop", "", []string{"future.sdk"}, nil, nil, providers.NoEligibleProduct, "accepted_products", "does not name the product"},
		"a wish that its own lack": {"shop", "", both, nil, &providers.IdentityDocument{}, providers.NoEligibleProduct, "comparison.identity_document", "cannot be honoured"},
		"several are left":         {"bank", "", nil, nil, nil, providers.InvalidRequest, "accepted_products", "required: the route has several products"},
	} {
		t.Run(name, func(t *testing.T) {
			q := query()
			q.Caller, q.Scenario, q.AcceptedProducts, q.Regions = c.caller, c.scenario, c.accepted, c.regions
			q.Request.IdentityDocument = c.card
			_, failure := callersTable().Plan(q)
			require.Equal(t, c.reason, failure.Reason)
			require.Len(t, failure.Violations, 1)
			require.Equal(t, c.field, failure.Violations[0].Path)
			if c.card == nil {
				require.Equal(t, c.description, failure.Violations[0].Description)
			}
		})
	}
}

// The most specific route wins, and nobody sees another's.
func TestRoutesOfCallers(t *testing.T) {
	route := func(account, scenario string, callers ...string) Route {
		return Route{Flow: providers.FlowAppSDK, Scenario: scenario, Callers: callers, Targets: []Target{target(account)}}
	}
	r := NewTable([]Route{
		route("everybody", ""), route("shop", "", "shop", "kiosk"), route("bank", "", "bank"), route("bank-loan", "loan", "bank"),
	})
	for _, c := range []struct{ caller, scenario, want string }{
		{"", "", "everybody"}, {"other", "", "everybody"}, {"shop", "", "shop"}, {"kiosk", "", "shop"}, {"bank", "", "bank"}, {"bank", "loan", "bank-loan"},
	} {
		q := query()
		q.Caller, q.Scenario = c.caller, c.scenario
		require.Equal(t, []string{c.want}, planned(t, r, q), "%+v", c)
	}
	for _, caller := range []string{"", "shop"} {
		q := query()
		q.Caller, q.Scenario = caller, "loan"
		_, failure := r.Plan(q)
		require.Equal(t, providers.InvalidRequest, failure.Reason)
	}
	r = NewTable([]Route{route("bank", "loan", "bank")})
	_, failure := r.Plan(query())
	require.Equal(t, providers.NoEligibleProduct, failure.Reason, "the flow is only another's")
	q := query()
	q.Caller = "bank"
	_, failure = r.Plan(q)
	require.Equal(t, providers.InvalidRequest, failure.Reason, "it has no default route")
}
