package config

import (
	"fmt"
	"slices"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// Route says which targets serve a flow and scenario. No two routes share both.
type Route struct {
	Flow providers.Flow
	// Scenario is empty for the flow's default route.
	Scenario string
	// Weighted spreads users over the targets by weight; otherwise they are tried in
	// order.
	Weighted bool
	// AcceptedProducts is the list of calls that leave out theirs; each is the product
	// of a target. Nil if the route has none.
	AcceptedProducts []string
	// StopAfterAmbiguous ends a call on an attempt that the vendor may have
	// processed, where otherwise another account would be tried.
	StopAfterAmbiguous bool
	// Targets has at least one element, and no two alike.
	Targets []Target
}

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
