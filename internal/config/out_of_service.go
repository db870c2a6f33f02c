package config

import (
	"fmt"
	"slices"
)

const maxReasonBytes = 200

// OutOfService takes an account, a product, or a product on an account out of service.
type OutOfService struct {
	// Account and Product are those of some target; one of them may be "", which is all.
	Account, Product string
	// Reason is for operators, 1 to 200 bytes.
	Reason string
}

// outOfService reads what is taken out of service, which must be in use by a route: a
// name that nothing has takes nothing out.
func (r *reader) outOfService(v value, routes []Route) []OutOfService {
	var taken []OutOfService
	lines := map[string]int{}
	for _, element := range r.list(v) {
		o := r.object(element, "account", "product", "reason")
		account, product, reason := o.optional("account"), o.optional("product"), o.required("reason")
		if o.given() && o.lacks("account") && o.lacks("product") {
			r.fail(element, `missing key "account" or "product": one of them, or both`)
			continue
		}
		out := OutOfService{
			Account: r.inUse(account, routes, func(t *Target) string { return t.Account }),
			Product: r.inUse(product, routes, func(t *Target) string { return t.Product }),
		}
		if text, ok := r.text(reason); ok && (text == "" || len(text) > maxReasonBytes) {
			r.fail(reason, "reason must have 1 to %d bytes", maxReasonBytes)
		} else {
			out.Reason = text
		}
		if r.once(lines, fmt.Sprintf("account %q with product %q", out.Account, out.Product), element) {
			taken = append(taken, out)
		}
	}
	return taken
}

// inUse reads v as what a target of some route has. If a route has a mistake the names
// are not compared, lest it be reported twice.
func (r *reader) inUse(v value, routes []Route, of func(*Target) string) string {
	name, ok := r.text(v)
	var known []string
	for _, route := range routes {
		for i := range route.Targets {
			known = append(known, of(&route.Targets[i]))
		}
	}
	if ok && len(known) > 0 && !slices.Contains(known, "") && !slices.Contains(known, name) {
		r.fail(v, "no target has the %s %q%s", v.name, name, suggestion(name, known))
	}
	return name
}
