package route

import (
	"cmp"
	"slices"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// Explanation is how a query would be routed if every breaker were closed and every credential usable. It
// holds nothing secret and nothing of the user.
type Explanation struct {
	// Route is the one that the query selects, nil if there is none.
	Route *Info `json:"route"`
	// OrderedBy is what the order comes from: "position" in an ordered route; "subject_id" or
	// "idempotency_key" in a weighted one, where the same value always gives this order; "random" if
	// the query has neither, and then Targets are by position.
	OrderedBy string `json:"ordered_by,omitempty"`
	// Targets are in the order in which they would be tried.
	Targets []ExplainedTarget `json:"targets,omitempty"`
	// NotEligible are the other targets of the route: they have violations, or are out of service,
	// or both.
	NotEligible []ExplainedTarget `json:"not_eligible,omitempty"`
	// Failure is what a caller would get, nil if there is a target to try.
	Failure *providers.Error `json:"-"`
}

// ExplainedTarget is a target, and why it is tried or not.
type ExplainedTarget struct {
	TargetInfo
	// WithoutComparison says that the target would serve without the comparison of the query.
	WithoutComparison bool `json:"without_comparison,omitempty"`
	// Share is the share of subjects with such queries that begin with it; 0 in an ordered route.
	Share      float64          `json:"share,omitempty"`
	Violations []FieldViolation `json:"violations,omitempty"`
}

// FieldViolation says what is wrong with a field, without its value.
type FieldViolation struct {
	Field       providers.Path `json:"field"`
	Description string         `json:"description"`
}

// Explain plans a query and makes no attempt.
func (t *Table) Explain(query *Query) Explanation {
	p, failure := t.Plan(query)
	e := Explanation{Failure: failure}
	if p.Route == nil {
		return e
	}
	info := p.Route.Info()
	e.Route, e.OrderedBy = &info, orderedBy(p.Route, query)
	e.addPlanned(p.Targets, query.Request)
	for _, out := range p.RuledOut {
		e.NotEligible = append(e.NotEligible, ExplainedTarget{TargetInfo: out.Target.Info(), Violations: Explained(out.Violations)})
	}
	slices.SortFunc(e.NotEligible, byPosition)
	if e.OrderedBy == "random" {
		e.OfAnybody()
	}
	return e
}

// addPlanned adds the targets of a plan. Those in service would be tried.
func (e *Explanation) addPlanned(targets []*Target, request *providers.Request) {
	var unavailable []Unavailable
	for _, target := range targets {
		explained := ExplainedTarget{TargetInfo: target.Info(), WithoutComparison: target.Product.WithoutComparison(request)}
		if target.OutOfService != "" {
			e.NotEligible = append(e.NotEligible, explained)
			unavailable = append(unavailable, Unavailable{Target: target, Why: OutOfService})
			continue
		}
		e.Targets = append(e.Targets, explained)
	}
	if e.Route.Order == "weighted" {
		shareOut(e.Targets)
	}
	if len(e.Targets) == 0 && len(unavailable) > 0 {
		e.Failure = NoneAvailable(unavailable)
	}
}

// shareOut gives each target its share by weight. If any target compares, those that do without the
// comparison get none.
func shareOut(targets []ExplainedTarget) {
	compare := slices.ContainsFunc(targets, func(t ExplainedTarget) bool { return !t.WithoutComparison })
	begins := func(t *ExplainedTarget) bool { return t.WithoutComparison != compare }
	var total float64
	for i := range targets {
		if begins(&targets[i]) {
			total += targets[i].Weight
		}
	}
	for i := range targets {
		if begins(&targets[i]) {
			targets[i].Share = targets[i].Weight / total
		}
	}
}

// OfAnybody sorts the targets by position instead of by subject, those that do without the comparison
// last.
func (e *Explanation) OfAnybody() {
	slices.SortFunc(e.Targets, func(a, b ExplainedTarget) int {
		return cmp.Or(falseFirst(a.WithoutComparison, b.WithoutComparison), byPosition(a, b))
	})
}

// Explained returns the violations in the form of an explanation.
func Explained(violations []providers.Violation) []FieldViolation {
	all := make([]FieldViolation, len(violations))
	for i, v := range violations {
		all[i] = FieldViolation{v.Path, v.Description}
	}
	return all
}

func orderedBy(route *Route, query *Query) string {
	if !route.Weighted {
		return "position"
	}
	field, _ := query.stickyBy()
	return cmp.Or(field.String(), "random")
}

func byPosition(a, b ExplainedTarget) int { return cmp.Compare(a.Position, b.Position) }
