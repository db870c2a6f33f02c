package route

import (
	"slices"
	"strings"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// Caller is what a caller's calls may be served by. Empty lists allow everything.
type Caller struct {
	Name string
	// Products and Regions are those that may serve it.
	Products, Regions []string
	// AcceptedProducts are the default for its calls that name none; they come before the route's.
	AcceptedProducts []string

	// badProduct and badRegion say why a target may not serve the caller.
	badProduct, badRegion []providers.Violation
}

func byName(callers []Caller) map[string]*Caller {
	named := make(map[string]*Caller, len(callers))
	for _, c := range callers {
		c.badProduct = []providers.Violation{notAllowed(providers.FieldAcceptedProducts, c.Products)}
		c.badRegion = []providers.Violation{notAllowed(providers.FieldRegions, c.Regions)}
		named[c.Name] = &c
	}
	return named
}

func notAllowed(field providers.Field, may []string) providers.Violation {
	return providers.Violation{
		Path: field.Path(), Reason: providers.CallerNotAllowed, Description: "this caller may use " + strings.Join(may, ", "),
	}
}

// denies returns why the target may not serve the caller; nil if it may.
func (c *Caller) denies(target *Target) []providers.Violation {
	switch {
	case c == nil:
		return nil
	case len(c.Products) > 0 && !slices.Contains(c.Products, target.Product.ID):
		return c.badProduct
	case len(c.Regions) > 0 && !slices.Contains(c.Regions, target.Region):
		return c.badRegion
	default:
		return nil
	}
}

// noneAllowed is the failure of a call that could be served only by targets which its caller may not
// use: it must ask for what it may use, or be granted more.
func noneAllowed(denied []RuledOut) *providers.Error {
	failure := &providers.Error{Reason: providers.CallerNotAllowed}
	for _, out := range denied {
		if v := out.Violations[0]; !Concern(failure.Violations, v.Path) {
			failure.Violations = append(failure.Violations, v)
		}
	}
	return failure
}
