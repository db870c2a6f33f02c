package config

import (
	"fmt"
	"maps"
	"slices"

	"github.com/liveness-gateway/gateway/internal/providers"
)

const maxWeight = 10000

func (r *reader) routes(v value, accounts []Account) []Route {
	var routes []Route
	lines := map[string]int{}
	for _, element := range r.list(v) {
		route := r.route(element, accounts)
		if route.Flow != 0 {
			r.once(lines, fmt.Sprintf("a route for flow %q and scenario %q", route.Flow, route.Scenario), element)
		}
		routes = append(routes, route)
	}
	return routes
}

func (r *reader) route(v value, accounts []Account) Route {
	o := r.object(v, "flow", "scenario", "order", "accepted_products", "after_ambiguous", "targets")
	flow, _ := oneOf(r, o.required("flow"), "flow", providers.Flows(), providers.Flow.String)
	route := Route{
		Flow:               flow,
		Scenario:           r.matching(o.optional("scenario"), scenarios, scenariosText),
		Weighted:           r.choice(o.optional("order"), "ordered", "weighted") == "weighted",
		StopAfterAmbiguous: r.choice(o.optional("after_ambiguous"), "stop", "continue") == "stop",
	}
	places := r.list(o.required("targets"))
	for _, place := range places {
		route.Targets = append(route.Targets, r.target(place, &route, accounts))
	}
	r.repeatedTargets(route.Targets, places)
	route.AcceptedProducts = r.acceptedProducts(o.optional("accepted_products"), route.Targets)
	return route
}

// target reads v as a target of the route. If there is a mistake in it, Product is
// empty.
func (r *reader) target(v value, route *Route, accounts []Account) Target {
	before := len(r.errors)
	o := r.object(v, "account", "product", "weight", "parameters")
	target := Target{Weight: r.weight(o, route.Weighted)}
	name, owner := o.required("product"), o.required("account")
	if len(accounts) == 0 {
		return target
	}
	account, _ := oneOf(r, owner, "account", accounts, func(a Account) string { return a.Name })
	target.Account = account.Name
	if account.Provider == nil {
		return target
	}
	product, ok := oneOf(r, name, "product of "+account.Provider.Name, account.Provider.Products,
		func(p providers.Product) string { return p.ID })
	if !ok {
		return target
	}
	if route.Flow != 0 && product.Flow != route.Flow {
		r.fail(name, "product %q is of flow %s, the route of %s", product.ID, product.Flow, route.Flow)
	}
	target.Parameters = r.settings(o, "parameters", "parameter", product.Parameters)
	if len(r.errors) == before {
		target.Product = product.ID
	}
	return target
}

func (r *reader) weight(o object, weighted bool) int {
	if weighted {
		return r.integer(o.required("weight"), maxWeight)
	}
	if v := o.optional("weight"); v.given() {
		r.fail(v, "weight has no effect here: the order is not weighted")
	}
	return 0
}

func (r *reader) repeatedTargets(targets []Target, places []value) {
	for i, target := range targets {
		first := slices.IndexFunc(targets[:i], func(t Target) bool {
			return t.Account == target.Account && t.Product == target.Product && maps.Equal(t.Parameters, target.Parameters)
		})
		if first >= 0 && target.Product != "" {
			line, _ := position(places[first].node)
			r.fail(places[i], "the same target is already at line %d", line)
		}
	}
}

// acceptedProducts reads v as products of the targets. If one of these has a
// mistake the names are not compared, lest it be reported twice.
func (r *reader) acceptedProducts(v value, targets []Target) []string {
	var known, accepted []string
	for i := range targets {
		if !slices.Contains(known, targets[i].Product) {
			known = append(known, targets[i].Product)
		}
	}
	lines := map[string]int{}
	for _, element := range r.list(v) {
		product, ok := r.text(element)
		if !ok || !r.once(lines, fmt.Sprintf("product %q", product), element) {
			continue
		}
		if !slices.Contains(known, "") && !slices.Contains(known, product) {
			r.fail(element, "no target has the product %q%s", product, suggestion(product, known))
		}
		accepted = append(accepted, product)
	}
	return accepted
}
