package config

import (
	"maps"
	"slices"

	"github.com/liveness-gateway/gateway/internal/config/document"
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

// readTarget reads v as a target of the route. If there is a mistake in it, Product is
// empty.
func readTarget(v document.Value, route *Route, accounts []Account) Target {
	before := v.File().Mistakes()
	o := v.Object("account", "product", "weight", "parameters")
	target := Target{Weight: readWeight(o, route.Weighted)}
	name, owner := o.Required("product"), o.Required("account")
	if len(accounts) == 0 {
		return target
	}
	account, _ := document.OneOf(owner, "account", accounts, func(a Account) string { return a.Name })
	target.Account = account.Name
	if account.Provider == nil {
		return target
	}
	product, ok := document.OneOf(name, "product of "+account.Provider.Name, account.Provider.Products,
		func(p providers.Product) string { return p.ID })
	if !ok {
		return target
	}
	if route.Flow != 0 && product.Flow != route.Flow {
		name.Fail("product %q is of flow %s, the route of %s", product.ID, product.Flow, route.Flow)
	}
	target.Parameters = readSettings(o, "parameters", "parameter", product.Parameters)
	if v.File().Mistakes() == before {
		target.Product = product.ID
	}
	return target
}

func readWeight(o document.Object, weighted bool) int {
	if weighted {
		return o.Required("weight").Integer(maxWeight)
	}
	if v := o.Optional("weight"); v.Given() {
		v.Fail("weight has no effect here: the order is not weighted")
	}
	return 0
}

func failRepeatedTargets(targets []Target, places []document.Value) {
	for i, target := range targets {
		first := slices.IndexFunc(targets[:i], func(t Target) bool {
			return t.Account == target.Account && t.Product == target.Product && maps.Equal(t.Parameters, target.Parameters)
		})
		if first >= 0 && target.Product != "" {
			places[i].Fail("the same target is already at line %d", places[first].Line())
		}
	}
}
