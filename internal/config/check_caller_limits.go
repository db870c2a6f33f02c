package config

import (
	"math"
	"slices"

	"github.com/liveness-gateway/gateway/internal/config/document"
	"github.com/liveness-gateway/gateway/internal/config/suggest"
)

// checkCallerLimits reports names that no account or route has, and fills in the burst.
func (c *checker) checkCallerLimits(at *document.Value, caller *Caller) {
	var scenarios, products, regions []string
	for i := range c.Routes {
		scenarios = append(scenarios, c.Routes[i].Scenario)
	}
	for i := range c.Accounts {
		regions = append(regions, c.Accounts[i].Region)
		if provider := c.Accounts[i].Provider; provider != nil {
			for j := range provider.Products {
				products = append(products, provider.Products[j].ID)
			}
		}
	}
	regions = slices.DeleteFunc(regions, func(name string) bool { return name == "" })
	wantKnown(at.At("scenarios"), "no route has the scenario", caller.Scenarios, scenarios)
	wantKnown(at.At("products"), "no account has the product", caller.Products, products)
	wantKnown(at.At("regions"), "no account has the region", caller.Regions, regions)
	if len(caller.Products) > 0 {
		products = caller.Products
	}
	wantKnown(at.At("accepted_products"), "the caller may not use the product", caller.AcceptedProducts, products)
	switch burst := at.At("burst"); {
	case caller.Rate > 0 && caller.Burst == 0:
		caller.Burst = int(math.Ceil(caller.Rate))
	case burst.Given() && !at.At("rate").Given():
		burst.Fail("burst has no effect here: the caller has no rate")
	}
}

// wantKnown compares the names of a list, each of which may be there once, with those that are
// known. A message begins with what is missing.
func wantKnown(at *document.Value, missing string, names, known []string) {
	known = slices.Compact(slices.Sorted(slices.Values(known)))
	seen := lines{}
	for i, name := range names {
		at := at.Element(i)
		if !at.Right() {
			continue
		}
		seen.once(at, "%q is already", name)
		if !slices.Contains(known, name) {
			at.Fail("%s %q%s", missing, name, suggest.Ending(name, known))
		}
	}
}
