package config

import (
	"fmt"
	"slices"

	"github.com/liveness-gateway/gateway/internal/config/document"
	"github.com/liveness-gateway/gateway/internal/config/suggest"
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

func readRoutes(v document.Value, accounts []Account) []Route {
	var routes []Route
	lines := document.Lines{}
	for _, element := range v.List() {
		route := readRoute(element, accounts)
		if route.Flow != 0 {
			lines.Once(fmt.Sprintf("a route for flow %q and scenario %q", route.Flow, route.Scenario), element)
		}
		routes = append(routes, route)
	}
	return routes
}

func readRoute(v document.Value, accounts []Account) Route {
	o := v.Object("flow", "scenario", "order", "accepted_products", "after_ambiguous", "targets")
	flow, _ := document.OneOf(o.Required("flow"), "flow", providers.Flows(), providers.Flow.String)
	route := Route{
		Flow:               flow,
		Scenario:           o.Optional("scenario").Matching(scenarios, scenariosText),
		Weighted:           o.Optional("order").Choice("ordered", "weighted") == "weighted",
		StopAfterAmbiguous: o.Optional("after_ambiguous").Choice("stop", "continue") == "stop",
	}
	places := o.Required("targets").List()
	for _, place := range places {
		route.Targets = append(route.Targets, readTarget(place, &route, accounts))
	}
	failRepeatedTargets(route.Targets, places)
	route.AcceptedProducts = readAcceptedProducts(o.Optional("accepted_products"), route.Targets)
	return route
}

// readAcceptedProducts reads v as products of the targets. If one of these has a
// mistake the names are not compared, lest it be reported twice.
func readAcceptedProducts(v document.Value, targets []Target) []string {
	var known, accepted []string
	for i := range targets {
		if !slices.Contains(known, targets[i].Product) {
			known = append(known, targets[i].Product)
		}
	}
	lines := document.Lines{}
	for _, element := range v.List() {
		product, ok := element.Text()
		if !ok || !lines.Once(fmt.Sprintf("product %q", product), element) {
			continue
		}
		if !slices.Contains(known, "") && !slices.Contains(known, product) {
			element.Fail("no target has the product %q%s", product, suggest.Ending(product, known))
		}
		accepted = append(accepted, product)
	}
	return accepted
}
