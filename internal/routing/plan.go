package routing

import (
	"slices"

	"github.com/liveness-gateway/gateway/internal/providers"
)

type plan struct {
	route    *Route
	targets  []*Target
	ruledOut []RuledOut
}

// plan returns the targets that may serve the query, in the order to try them.
func (r *Router) plan(query *Query) (plan, *providers.Error) {
	route, failure := r.route(query)
	if failure != nil {
		return plan{}, failure
	}
	accepted, failure := route.accepted(query)
	if failure != nil {
		return plan{route: route}, failure
	}
	p := plan{route: route, targets: make([]*Target, 0, len(route.Targets))}
	asked := query.Request.Asks()
	var candidates []RuledOut
	for i := range route.Targets {
		target := &route.Targets[i]
		if violations := steeredAway(target, accepted, query.Regions); violations != nil {
			p.ruledOut = append(p.ruledOut, RuledOut{target, violations})
			continue
		}
		if violations := target.Product.Check(query.Request, asked); violations != nil {
			candidates = append(candidates, RuledOut{target, violations})
			continue
		}
		p.targets = append(p.targets, target)
	}
	if len(p.targets) == 0 && len(candidates) > 0 {
		failure = unservable(candidates)
	} else if len(p.targets) == 0 {
		failure = unservable(p.ruledOut)
	}
	p.ruledOut = append(p.ruledOut, candidates...)
	if route.Weighted {
		byWeight(p.targets, query)
	}
	return p, failure
}

func (r *Router) route(query *Query) (*Route, *providers.Error) {
	if route := r.routes[routeKey{query.Flow, query.Scenario}]; route != nil {
		return route, nil
	}
	for key := range r.routes {
		switch {
		case key.flow != query.Flow:
		case query.Scenario == "":
			return nil, invalid(providers.FieldScenario, "required: the flow has no default route")
		default:
			return nil, invalid(providers.FieldScenario, "no route is configured for it")
		}
	}
	return nil, &providers.Error{
		Reason:     providers.NoEligibleProduct,
		Violations: []providers.Violation{violation(providers.FieldFlow, "no route is configured for it")},
	}
}

// accepted returns the products that the caller can handle. Left out, they must be
// evident: a token of a product that the caller's client cannot start is worse than
// none.
func (r *Route) accepted(query *Query) ([]string, *providers.Error) {
	if len(query.AcceptedProducts) > 0 {
		return query.AcceptedProducts, nil
	}
	if len(r.AcceptedProducts) > 0 {
		return r.AcceptedProducts, nil
	}
	only := r.Targets[0].Product.ID
	for i := range r.Targets {
		if r.Targets[i].Product.ID != only {
			return nil, invalid(providers.FieldAcceptedProducts, "required: the route has several products")
		}
	}
	return []string{only}, nil
}

func steeredAway(target *Target, accepted, regions []string) []providers.Violation {
	if !slices.Contains(accepted, target.Product.ID) {
		return []providers.Violation{violation(providers.FieldAcceptedProducts, "does not name the product")}
	}
	if len(regions) > 0 && !slices.Contains(regions, target.Region) {
		return []providers.Violation{violation(providers.FieldRegions, "does not name the account's region")}
	}
	return nil
}

// unservable names the failure of a request that every candidate is ruled out for.
// A value that is wrong for all of them gets the reason that a vendor would have
// answered; anything else is a wish that nothing configured fulfils.
func unservable(candidates []RuledOut) *providers.Error {
	for _, v := range candidates[0].Violations {
		if v.Reason != providers.NoEligibleProduct && wrongForAll(v.Path, candidates) {
			return &providers.Error{Reason: v.Reason, Violations: []providers.Violation{v}}
		}
	}
	failure := &providers.Error{Reason: providers.NoEligibleProduct}
	for _, candidate := range candidates {
		for _, v := range candidate.Violations {
			if !concerns(failure.Violations, v.Path) {
				failure.Violations = append(failure.Violations, v)
			}
		}
	}
	return failure
}

func wrongForAll(path providers.Path, candidates []RuledOut) bool {
	for _, candidate := range candidates {
		wrong := func(v providers.Violation) bool {
			return v.Path == path && v.Reason != providers.NoEligibleProduct
		}
		if !slices.ContainsFunc(candidate.Violations, wrong) {
			return false
		}
	}
	return true
}

func concerns(violations []providers.Violation, path providers.Path) bool {
	return slices.ContainsFunc(violations, func(v providers.Violation) bool { return v.Path == path })
}

func violation(field providers.Field, description string) providers.Violation {
	return providers.Violation{
		Path: field.Path(), Reason: providers.NoEligibleProduct, Description: description,
	}
}

func invalid(field providers.Field, description string) *providers.Error {
	return &providers.Error{
		Reason: providers.InvalidRequest,
		Violations: []providers.Violation{{
			Path: field.Path(), Reason: providers.InvalidRequest, Description: description,
		}},
	}
}
