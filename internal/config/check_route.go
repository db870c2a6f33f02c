package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/liveness-gateway/gateway/internal/config/document"
	"github.com/liveness-gateway/gateway/internal/config/suggest"
	"github.com/liveness-gateway/gateway/internal/providers"
)

func (c *checker) checkRoute(at *document.Value, r *Route) {
	var products []string
	seen := lines{}
	for i := range r.Targets {
		t, at := &r.Targets[i], at.At("targets").Element(i)
		c.checkTarget(at, t, r.Flow)
		if !at.Right() {
			t.Product = ""
		} else if first, ok := seen.first(at, fmt.Sprint(t.Account, " ", t.Product, t.Parameters)); ok {
			at.Fail("the same target is already at line %d", first)
		}
		if !slices.Contains(products, t.Product) {
			products = append(products, t.Product)
		}
	}
	seen = lines{}
	for i, product := range r.AcceptedProducts {
		if at := at.At("accepted_products").Element(i); product != "" {
			seen.once(at, "product %q is already", product)
			wantInUse(at, "product", product, products)
		}
	}
}

// checkTarget compares a target with its account, whose provider decides on products and
// parameters. While that is not known nothing is said of these.
func (c *checker) checkTarget(at *document.Value, t *Target, flow providers.Flow) {
	account, product := c.Account(t.Account), at.At("product")
	if account == nil && t.Account != "" && len(c.Accounts) > 0 {
		at.At("account").Fail("%s", suggest.Unknown("account", t.Account, names(c.Accounts, func(a Account) string { return a.Name })))
		t.Account = ""
	}
	if account == nil || account.Provider == nil {
		at.At("parameters").Forgive()
		if product.Given() {
			product.Forgive()
		}
		return
	}
	found := account.Provider.Product(product.Written())
	switch {
	case found != nil && flow != 0 && !found.Serves(flow):
		product.Fail("product %q is of flow %s, the route of %s", found.ID, flowNames(found.Flows), flow)
	case found == nil && product.Kind() == document.Text:
		product.Forgive()
		product.Fail("%s", suggest.Unknown("product of "+account.Provider.Name, product.Written(),
			names(account.Provider.Products, func(p providers.Product) string { return p.ID })))
		at.At("parameters").Forgive()
	case found != nil && flow != 0:
		checkFlow(at, found.Parameters, t.Parameters, flow)
	}
}

// checkFlow refuses a target without the parameters of its route's flow, or with another flow's.
func checkFlow(at *document.Value, declared []providers.Parameter, set map[string]string, flow providers.Flow) {
	for i := range declared {
		p := &declared[i]
		switch _, isSet := set[p.Name]; {
		case p.Flow == flow && !isSet:
			at.Fail("missing parameter %q, which routes of %s need: %s", p.Name, flow, p.Text)
		case p.Flow != 0 && p.Flow != flow && isSet:
			at.At("parameters").At(p.Name).Fail("parameter %q is of flow %s, the route of %s", p.Name, p.Flow, flow)
		}
	}
}

// flowNames lists flows in words.
func flowNames(flows []providers.Flow) string {
	words := make([]string, len(flows))
	for i, flow := range flows {
		words[i] = flow.String()
	}
	return strings.Join(words, " or ")
}

func names[T any](all []T, name func(T) string) []string {
	known := make([]string, len(all))
	for i := range all {
		known[i] = name(all[i])
	}
	return known
}
