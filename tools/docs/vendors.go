package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// vendorsPage is what vendors.md.tmpl shows.
type vendorsPage struct{ Vendors []vendor }

// ComparingNothing is the products that serve without a comparison that is optional.
func (p vendorsPage) ComparingNothing() string {
	var ids []string
	for _, v := range p.Vendors {
		for _, product := range v.Products {
			if !product.Compares() {
				ids = append(ids, product.ID)
			}
		}
	}
	return list(ids)
}

type vendor struct {
	*providers.Provider
	Products []product
}

// Credentials are the keys of one credential, as configuration spells them.
func (v vendor) Credentials() string {
	if len(v.OptionalCredentialKeys) == 0 {
		return list(v.CredentialKeys)
	}
	return list(v.CredentialKeys) + ", and where there is one " + list(v.OptionalCredentialKeys)
}

type product struct {
	providers.Product
	pathPrefix string
}

func newVendorsPage(vendors []*providers.Provider) vendorsPage {
	var page vendorsPage
	for _, p := range vendors {
		v := vendor{Provider: p}
		for i := range p.Products {
			v.Products = append(v.Products, product{p.Products[i], p.PathPrefix})
		}
		page.Vendors = append(page.Vendors, v)
	}
	return page
}

// Anchor is the place of the product's section, as GitHub names it.
func (p product) Anchor() string { return strings.ReplaceAll(p.ID, ".", "") }

// Flow is the names of the flows in the contract.
func (p product) Flow() string {
	flows := make([]string, len(p.Flows))
	for i, flow := range p.Flows {
		flows[i] = "`FLOW_" + strings.ToUpper(flow.String()) + "`"
	}
	return strings.Join(flows, ", ")
}

// SingleUse says whether a token works once.
func (p product) SingleUse() string {
	return [...]string{
		providers.UseNotStated: "not stated",
		providers.SingleUse:    "yes",
		providers.Reusable:     "no: until it expires",
	}[p.Use]
}

// Path is where the call goes unless the account has another path prefix.
func (p product) Path() string { return p.pathPrefix + p.Endpoint }

// Lifetime says how long a token lives.
func (p product) Lifetime() string {
	switch {
	case p.LongerWhenAsked, p.AlwaysAsks > 0 && p.Product.Lifetime == 0:
		return "what `token_lifetime` asks, else what the target asks, else " + duration(cmp.Or(p.Product.Lifetime, p.AlwaysAsks))
	case p.Product.Lifetime == 0:
		return "as the vendor states with each token"
	case p.Honours.Has(providers.FieldTokenLifetime):
		return duration(p.Product.Lifetime) + ", or what `token_lifetime` asks if that is shorter"
	default:
		return duration(p.Product.Lifetime)
	}
}

// NeedsList is the fields without which the product cannot serve.
func (p product) NeedsList() string {
	var needs []string
	for _, need := range p.Needs {
		text := "`" + need.Field.String() + "`"
		if need.When != nil {
			text += " " + need.When.Text
		}
		text += with(need.With)
		needs = append(needs, text)
	}
	for _, parameter := range p.Parameters {
		if parameter.Required {
			needs = append(needs, "target parameter `"+parameter.Name+"`")
		}
		if parameter.Flow != 0 {
			needs = append(needs, "target parameter `"+parameter.Name+"` in routes of `"+parameter.Flow.String()+"`")
		}
	}
	return orNothing(strings.Join(needs, ", "))
}

// with says for which targets something holds.
func with(setting *providers.Setting) string {
	switch {
	case setting == nil:
		return ""
	case len(setting.Values) == 1 && setting.Values[0] == "":
		return " unless the target sets `" + setting.Name + "`"
	}
	values := slices.DeleteFunc(slices.Clone(setting.Values), func(value string) bool { return value == "" })
	text := " if `" + setting.Name + "` is `" + strings.Join(values, "` or `") + "`"
	if len(values) < len(setting.Values) {
		text += " or not set"
	}
	return text
}

// Where says for which targets a limit holds, "" if for all.
func (p product) Where(limit providers.Limit) string { return strings.TrimSpace(with(limit.With)) }

// HonoursList is the effect fields that the product can do.
func (p product) HonoursList() string {
	var names []string
	for field := range p.Honours.Each {
		names = append(names, field.String())
	}
	return orNothing(list(names))
}

func list(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "`" + strings.Join(names, "`, `") + "`"
}

func orNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}

// duration writes whole hours, minutes or seconds in words.
func duration(d time.Duration) string {
	for _, unit := range []struct {
		name string
		size time.Duration
	}{{"h", time.Hour}, {"min", time.Minute}} {
		if d%unit.size == 0 {
			return fmt.Sprintf("%d %s", d/unit.size, unit.name)
		}
	}
	return fmt.Sprintf("%d s", d/time.Second)
}
