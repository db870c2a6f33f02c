package route

import (
	"slices"
	"strings"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// Caller is what the calls of a caller are narrowed to. Empty lists narrow nothing.
type Caller struct {
	Name string
	// Products and Regions are all that it may be served by.
	Products, Regions []string
	// AcceptedProducts stand in where it names none; before the route's.
	AcceptedProducts []string

	// badProduct and badRegion say of a target why the caller may not have it.
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

// denies says why the caller may not be served by the target; nil if it may.
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

// noneAllowed is the failure of a call that only targets could serve which its caller may not
// have: neither another message nor time helps, but what the caller may use does, or whoever
// grants more.
func noneAllowed(denied []RuledOut) *providers.Error {
	failure := &providers.Error{Reason: providers.CallerNotAllowed}
	for _, out := range denied {
		if v := out.Violations[0]; !Concern(failure.Violations, v.Path) {
			failure.Violations = append(failure.Violations, v)
		}
	}
	return failure
}
