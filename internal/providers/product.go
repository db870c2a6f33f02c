package providers

import (
	"slices"
	"strconv"
	"time"
)

// Product states what one vendor endpoint that issues tokens needs, can do and
// refuses. It is data: routing checks requests by it before any call, and the
// vendor documentation is generated from it.
type Product struct {
	// ID is the product's name, "provider.product".
	ID string
	// Flows are what its tokens start; one token serves each of them.
	Flows []Flow
	// Document is the title of the vendor document that all of this comes from.
	Document string
	// Endpoint is the path of the call, without the account's path prefix.
	Endpoint string
	// Lifetime is the documented lifetime of a token; 0 if the vendor states it with each token, or
	// gives each token the lifetime that is asked for.
	Lifetime time.Duration
	// LongerWhenAsked says that a lifetime that is asked for replaces Lifetime, even if it is longer.
	LongerWhenAsked bool
	// AlwaysAsks is the lifetime that requests ask for if neither the caller nor the target sets one;
	// 0 if they then ask for none.
	AlwaysAsks time.Duration
	// Use says how often the vendor takes a token.
	Use   Use
	Needs []Need
	// Honours are the effect fields that the product can do.
	Honours Fields
	// Identity are the identity fields, FieldSubjectID and FieldReference, that the
	// product's request can contain.
	Identity Fields
	Limits   []Limit
	// Parameters are the target parameters that configuration may set.
	Parameters []Parameter
}

// Use is how often a token can be used.
type Use uint8

// The uses of a token.
const (
	UseNotStated Use = iota
	SingleUse
	// Reusable is a token that starts the client as often as it is needed until it expires.
	Reusable
)

// Serves reports whether the product's tokens start the flow.
func (p *Product) Serves(flow Flow) bool { return slices.Contains(p.Flows, flow) }

// Need is a field without which a product cannot serve.
type Need struct {
	Field Field
	// When limits the need to some requests and says to which; nil means all.
	When *Condition
	// With limits the need to targets with a setting; nil means all.
	With *Setting
}

// Condition is a test of a request, with its meaning in words.
type Condition struct {
	Text  string
	Holds func(*Request) bool
}

// Limit is a bound on the values that a product takes for a field.
type Limit struct {
	Field Field
	// Text says what is allowed, beginning with "must" or "at most".
	Text string
	// Reason is what the vendor would have answered; NoEligibleProduct where the
	// value is a wish that the product cannot fulfil rather than a fault.
	Reason Reason
	// With limits the limit to targets with a setting; nil means all.
	With *Setting
	// Allows tests a request in which the field is present.
	Allows func(*Request) bool
}

// Parameter is a setting of a target, by the vendor's own name.
type Parameter struct {
	Name     string
	Required bool
	// Flow, if it is not 0, says that targets in routes of that flow must have the parameter, and
	// that others must not: it distinguishes the flows of a product.
	Flow Flow
	// Text says what it does and which values it takes.
	Text string
	// Values are all values that it takes. If there are none, it takes whole numbers from Least to
	// Most; if these are 0 too, any value that is not empty.
	Values      []string
	Least, Most int
}

// Takes reports whether the parameter may have the value.
func (p *Parameter) Takes(value string) bool {
	switch {
	case len(p.Values) > 0:
		return slices.Contains(p.Values, value)
	case p.Most > 0:
		n, err := strconv.Atoi(value)
		return err == nil && p.Least <= n && n <= p.Most && strconv.Itoa(n) == value
	default:
		return value != ""
	}
}

// Violation is one reason why a product cannot serve a request.
type Violation struct {
	Path Path
	// Reason is NoEligibleProduct where the product lacks the ability or the
	// request a field, otherwise what the vendor would have answered to the value.
	Reason Reason
	// Description says what is wrong, in English, and never holds the value.
	Description string
}

// Compares reports whether the product compares the user with anything in a request.
func (p *Product) Compares() bool { return p.Honours&Comparison != 0 }

// WithoutComparison reports whether the product would serve r without its comparison, because that is
// optional and the product compares nothing.
func (p *Product) WithoutComparison(r *Request) bool { return r.ComparisonOptional && !p.Compares() }

// Shown returns what the product may know of r: r itself, or a copy without the comparison if it would
// serve r without.
func (p *Product) Shown(r *Request) *Request {
	if p.WithoutComparison(r) {
		return r.withoutComparison()
	}
	return r
}

// Check returns why the product cannot serve r, nil if it can. asked is r.Asks(), which is computed once
// for all products, and set is how the target is configured.
func (p *Product) Check(r *Request, asked Fields, set Settings) []Violation {
	if p.WithoutComparison(r) {
		r = r.withoutComparison()
		asked = r.Asks()
	}
	var found []Violation
	for f := range (asked & Effects &^ p.Honours).Each {
		found = append(found, Violation{f.Path(), NoEligibleProduct, "not supported: leave it out"})
	}
	for _, need := range p.Needs {
		if !asked.Has(need.Field) && (need.When == nil || need.When.Holds(r)) && need.With.holds(set) {
			found = append(found, Violation{need.Field.Path(), NoEligibleProduct, "required" + need.suffix()})
		}
	}
	for i := range p.Limits {
		if limit := &p.Limits[i]; asked.Has(limit.Field) && p.takes(limit.Field) && limit.With.holds(set) && !limit.Allows(r) {
			found = append(found, Violation{limit.Field.Path(), limit.Reason, limit.Text})
		}
	}
	return found
}

// takes reports whether the field reaches the product at all. One that it does not honour is reported
// only once, as not supported.
func (p *Product) takes(f Field) bool { return !Effects.Has(f) || p.Honours.Has(f) }

func (n Need) suffix() string {
	if n.When == nil {
		return ""
	}
	return " " + n.When.Text
}

// Sends reports whether the product's request can contain what the caller's request has at that path:
// an effect field if the product honours it, an identity field if it is one of Identity.
func (p *Product) Sends(path Path) bool { return (p.Honours | p.Identity).Hold(path) }
