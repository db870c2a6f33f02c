package config

import (
	"fmt"
	"slices"

	"github.com/liveness-gateway/gateway/internal/config/document"
	"github.com/liveness-gateway/gateway/internal/config/suggest"
)

const maxReasonBytes = 200

// OutOfService takes an account, a product, or a product on an account out of service.
type OutOfService struct {
	// Account and Product are those of some target; one of them may be "", which is all.
	Account, Product string
	// Reason is for operators, 1 to 200 bytes.
	Reason string
}

// readOutOfService reads what is taken out of service, which must be in use by a route: a
// name that nothing has takes nothing out.
func readOutOfService(v document.Value, routes []Route) []OutOfService {
	var taken []OutOfService
	lines := document.Lines{}
	for _, element := range v.List() {
		o := element.Object("account", "product", "reason")
		account, product, reason := o.Optional("account"), o.Optional("product"), o.Required("reason")
		if o.Given() && o.Lacks("account") && o.Lacks("product") {
			element.Fail(`missing key "account" or "product": one of them, or both`)
			continue
		}
		out := OutOfService{
			Account: readInUse(account, routes, func(t *Target) string { return t.Account }),
			Product: readInUse(product, routes, func(t *Target) string { return t.Product }),
		}
		if text, ok := reason.Text(); ok && (text == "" || len(text) > maxReasonBytes) {
			reason.Fail("reason must have 1 to %d bytes", maxReasonBytes)
		} else {
			out.Reason = text
		}
		if lines.Once(fmt.Sprintf("account %q with product %q", out.Account, out.Product), element) {
			taken = append(taken, out)
		}
	}
	return taken
}

// readInUse reads v as what a target of some route has. If a route has a mistake the names
// are not compared, lest it be reported twice.
func readInUse(v document.Value, routes []Route, of func(*Target) string) string {
	name, ok := v.Text()
	var known []string
	for _, route := range routes {
		for i := range route.Targets {
			known = append(known, of(&route.Targets[i]))
		}
	}
	if ok && len(known) > 0 && !slices.Contains(known, "") && !slices.Contains(known, name) {
		v.Fail("no target has the %s %q%s", v.Name, name, suggest.Ending(name, known))
	}
	return name
}
