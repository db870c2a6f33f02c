package routing

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func outOfService(reason string) func(*route.Target) {
	return func(t *route.Target) { t.OutOfService = reason }
}

// loginRouter returns a router with one weighted route, of b with a weight of 3 and the
// others of 1, where sgp is the region of c and d is out of service.
func loginRouter() *Router {
	return guarded([]route.Route{{
		Flow: providers.FlowAppSDK, Scenario: "login", Weighted: true, AcceptedProducts: []string{sdk.ID},
		Targets: []route.Target{
			target("a"), target("b", weighing(3)), target("c", in("sgp")), target("d", outOfService("no contract")), target("e", of(&page)),
		},
	}}, ignore)
}

func login(change func(*Query)) *Query {
	q := &Query{Query: route.Query{Flow: providers.FlowAppSDK, Scenario: "login", Request: &providers.Request{}}}
	change(q)
	return q
}

func TestExplain(t *testing.T) {
	e := loginRouter().Explain(login(func(q *Query) { q.Regions = []string{"cn"} }))
	info := func(position int, account, product string) route.TargetInfo {
		return route.TargetInfo{Position: position, Account: account, Product: product, Region: "cn", Weight: 1}
	}
	b, c, d := info(2, "b", sdk.ID), info(3, "c", sdk.ID), info(4, "d", sdk.ID)
	b.Weight, c.Region, d.OutOfService = 3, "sgp", "no contract"
	require.Empty(t, cmp.Diff(route.Explanation{
		Route: &route.Info{
			Flow: "app_sdk", Scenario: "login", Order: "weighted", AcceptedProducts: []string{sdk.ID},
			AfterAmbiguous: "continue", MaxAttempts: 3,
		},
		OrderedBy: "random",
		Targets:   []route.ExplainedTarget{{TargetInfo: info(1, "a", sdk.ID), Share: 0.25}, {TargetInfo: b, Share: 0.75}},
		NotEligible: []route.ExplainedTarget{
			{TargetInfo: c, Violations: []route.FieldViolation{{Field: "regions", Description: "does not name the account's region"}}},
			{TargetInfo: d},
			{TargetInfo: info(5, "e", page.ID), Violations: []route.FieldViolation{{Field: "accepted_products", Description: "does not name the product"}}},
		},
	}, e))
}

// What is explained is the order in which a call would try the targets.
func TestExplainedOrder(t *testing.T) {
	for name, c := range map[string]struct {
		change    func(*Query)
		orderedBy string
	}{
		"subject":                    {func(q *Query) { q.Request.SubjectID = sensitive.New("user-2") }, "subject_id"},
		"another subject":            {func(q *Query) { q.Request.SubjectID = sensitive.New("user-4") }, "subject_id"},
		"idempotency key":            {func(q *Query) { q.IdempotencyKey = "key-1" }, "idempotency_key"},
		"the subject before the key": {func(q *Query) { q.Request.SubjectID, q.IdempotencyKey = sensitive.New("user-2"), "key-1" }, "subject_id"},
	} {
		t.Run(name, func(t *testing.T) {
			r := loginRouter()
			for i := range r.table.Load().Routes()[0].Targets {
				r.table.Load().Routes()[0].Targets[i].Issuer = fails(providers.VendorEndpointNotFound)
			}
			e := r.Explain(login(c.change))
			require.Equal(t, c.orderedBy, e.OrderedBy)
			require.Nil(t, e.Failure)
			outcome, _ := issue(t, r, login(c.change))
			var explained []string
			for _, target := range e.Targets {
				explained = append(explained, target.Account)
			}
			require.Len(t, explained, 3)
			require.Equal(t, tried(outcome), explained)
		})
	}
	require.Equal(t, "position", router(target("a")).Explain(query()).OrderedBy)
}

// The failure is the one that the call gets.
func TestExplainedFailure(t *testing.T) {
	for name, c := range map[string]struct {
		router *Router
		change func(*Query)
		route  bool
	}{
		"no route for the flow":     {loginRouter(), func(q *Query) { q.Flow = providers.FlowJSSDK }, false},
		"no route for the scenario": {loginRouter(), func(q *Query) { q.Scenario = "withdrawal" }, false},
		"products left out":         {router(target("a"), target("b", of(&page))), func(q *Query) { q.Scenario, q.AcceptedProducts = "", nil }, true},
		"no region":                 {loginRouter(), func(q *Query) { q.Regions = []string{"moon"} }, true},
		"a value wrong for all": {loginRouter(), func(q *Query) {
			q.AcceptedProducts = []string{page.ID}
			q.Request.IdentityDocument = &providers.IdentityDocument{Number: sensitive.New("1")}
		}, true},
		"all out of service": {
			router(target("a", outOfService("x")), target("b", outOfService("y")), target("c", of(&page))),
			func(q *Query) { q.Scenario, q.AcceptedProducts = "", []string{sdk.ID} }, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := c.router.Explain(login(c.change))
			_, failure := issue(t, c.router, login(c.change))
			require.NotNil(t, failure)
			require.Equal(t, failure, e.Failure)
			require.Equal(t, c.route, e.Route != nil)
			require.Empty(t, e.Targets)
		})
	}
}

// Who only asks is counted nowhere.
func TestExplainTakesNothing(t *testing.T) {
	r := router(target("a"))
	before := r.Status(time.Now())
	r.Explain(query())
	require.Equal(t, before, r.Status(time.Now()))
}
