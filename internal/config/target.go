package config

import (
	"maps"
	"slices"

	"github.com/liveness-gateway/gateway/internal/providers"
)

const maxWeight = 10000

// Target is a product on an account.
type Target struct {
	// Account is the name of one of the Accounts, Product a product of its provider
	// with the route's flow.
	Account, Product string
	// Weight is 1 to 10000 in a weighted route, 0 in an ordered one.
	Weight int
	// Parameters are those that the Product allows, by the vendor's names.
	Parameters map[string]string
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
