package route

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// maxAttempts bounds the attempts of one call.
const maxAttempts = 3

// Table is all routes. It is safe for concurrent use, and never changes.
type Table struct {
	routes  map[key]*Route
	inOrder []Route
	callers map[string]*Caller
	// bound says that some route is only for some callers.
	bound bool
}

type key struct {
	flow     providers.Flow
	scenario string
	// caller is "" if the route is for everybody else.
	caller string
}

// NewTable returns a table of routes that are unique by flow, scenario and caller. It sets their targets'
// positions, hashes and guards. Callers are those who may not use every target.
func NewTable(routes []Route, callers ...Caller) *Table {
	t := &Table{routes: make(map[key]*Route, len(routes)), inOrder: routes, callers: byName(callers)}
	for i := range routes {
		route := &routes[i]
		route.hashTargets()
		route.guardTargets()
		route.MaxAttempts = cmp.Or(route.MaxAttempts, maxAttempts)
		if len(route.Callers) == 0 {
			t.routes[key{route.Flow, route.Scenario, ""}] = route
		}
		for _, caller := range route.Callers {
			t.routes[key{route.Flow, route.Scenario, caller}] = route
			t.bound = true
		}
	}
	return t
}

// guardTargets gives every target its guard, and with it what an earlier configuration knew of a target
// of the same route with the same parameters.
func (r *Route) guardTargets() {
	route := fmt.Sprintf("%s\x00%s\x00%q\x00", r.Flow, r.Scenario, r.Callers)
	twins := make(map[string]int, len(r.Targets))
	for i := range r.Targets {
		t := &r.Targets[i]
		twin := t.Name() + "\x00" + t.Fingerprint
		t.position = i + 1
		t.own = t.Guard.Target(t.Product.ID, route+t.Fingerprint+"\x00"+strconv.Itoa(twins[twin]))
		twins[twin]++
	}
}

// Routes returns the table's routes in their original order.
func (t *Table) Routes() []Route { return t.inOrder }

// Plan is the targets that may serve a query, in the order in which to try them, and those of the route
// that may not. Route is nil if there is none for the query.
type Plan struct {
	Route    *Route
	Targets  []*Target
	RuledOut []RuledOut
}

// Plan plans a query. The failure says why there is no target, nil if there is one.
func (t *Table) Plan(query *Query) (Plan, *providers.Error) {
	route, failure := t.route(query)
	if failure != nil {
		return Plan{}, failure
	}
	caller := t.callers[query.Caller]
	accepted, failure := route.accepted(query, caller)
	if failure != nil {
		return Plan{Route: route}, failure
	}
	p := Plan{Route: route, Targets: make([]*Target, 0, len(route.Targets))}
	asked := query.Request.Asks()
	var candidates, denied []RuledOut
	for i := range route.Targets {
		target := &route.Targets[i]
		if violations := steeredAway(target, accepted, query.Regions); violations != nil {
			p.RuledOut = append(p.RuledOut, RuledOut{target, violations})
			continue
		}
		if violations := caller.denies(target); violations != nil {
			denied = append(denied, RuledOut{target, violations})
			continue
		}
		if violations := target.Product.Check(query.Request, asked, target.Settings); violations != nil {
			candidates = append(candidates, RuledOut{target, violations})
			continue
		}
		p.Targets = append(p.Targets, target)
	}
	switch {
	case len(p.Targets) == 0:
		failure = unservablePlan(candidates, denied, p.RuledOut)
	case query.Request.ComparisonOptional:
		failure = p.refuseWrong(candidates)
	}
	p.RuledOut = append(append(p.RuledOut, denied...), candidates...)
	if route.Weighted {
		byWeight(p.Targets, query)
	}
	if query.Request.ComparisonOptional {
		comparingFirst(p.Targets)
	}
	return p, failure
}

// unservablePlan returns the failure of a query without targets. It is about those that cannot do what
// is asked, else about those that the caller may not use, else about those that it does not want.
func unservablePlan(candidates, denied, steered []RuledOut) *providers.Error {
	switch {
	case len(candidates) > 0:
		return unservable(candidates)
	case len(denied) > 0:
		return noneAllowed(denied)
	default:
		return unservable(steered)
	}
}

func (t *Table) route(query *Query) (*Route, *providers.Error) {
	if t.bound {
		if route := t.routes[key{query.Flow, query.Scenario, query.Caller}]; route != nil {
			return route, nil
		}
	}
	if route := t.routes[key{query.Flow, query.Scenario, ""}]; route != nil {
		return route, nil
	}
	for key := range t.routes {
		switch {
		case key.flow != query.Flow || key.caller != "" && key.caller != query.Caller:
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

// accepted returns the products that the caller can handle. If it does not name them, there must be no
// choice: a token of a product that the caller's client cannot start is worse than none.
func (r *Route) accepted(query *Query, caller *Caller) ([]string, *providers.Error) {
	if len(query.AcceptedProducts) > 0 {
		return query.AcceptedProducts, nil
	}
	if caller != nil && len(caller.AcceptedProducts) > 0 {
		return caller.AcceptedProducts, nil
	}
	if len(r.AcceptedProducts) > 0 {
		return r.AcceptedProducts, nil
	}
	only := ""
	for i := range r.Targets {
		switch product := r.Targets[i].Product.ID; {
		case product == only || caller.denies(&r.Targets[i]) != nil:
		case only == "":
			only = product
		default:
			return nil, invalid(providers.FieldAcceptedProducts, "required: the route has several products")
		}
	}
	return []string{cmp.Or(only, r.Targets[0].Product.ID)}, nil
}

// Why a call does not want a target, in the same words for all calls.
var (
	otherProduct = []providers.Violation{violation(providers.FieldAcceptedProducts, "does not name the product")}
	otherRegion  = []providers.Violation{violation(providers.FieldRegions, "does not name the account's region")}
)

// steeredAway says why the caller does not want the target; nil if it does.
func steeredAway(target *Target, accepted, regions []string) []providers.Violation {
	if !slices.Contains(accepted, target.Product.ID) {
		return otherProduct
	}
	if len(regions) > 0 && !slices.Contains(regions, target.Region) {
		return otherRegion
	}
	return nil
}

// unservable returns the failure of a request for which every candidate is ruled out. A value that is
// wrong for all of them gets the reason that a vendor would have answered with. Anything else is a wish
// that nothing configured fulfils.
func unservable(candidates []RuledOut) *providers.Error {
	for _, v := range candidates[0].Violations {
		if v.Reason != providers.NoEligibleProduct && wrongForAll(v.Path, candidates) {
			return &providers.Error{Reason: v.Reason, Violations: []providers.Violation{v}}
		}
	}
	failure := &providers.Error{Reason: providers.NoEligibleProduct}
	for _, candidate := range candidates {
		for _, v := range candidate.Violations {
			if !Concern(failure.Violations, v.Path) {
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

// Concern reports whether one of the violations is about the field.
func Concern(violations []providers.Violation, path providers.Path) bool {
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
