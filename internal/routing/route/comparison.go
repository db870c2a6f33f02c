package route

import (
	"slices"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// comparingFirst moves the targets that compare nothing behind the others.
func comparingFirst(targets []*Target) {
	slices.SortStableFunc(targets, func(a, b *Target) int { return falseFirst(!a.Product.Compares(), !b.Product.Compares()) })
}

// falseFirst compares two booleans.
func falseFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}

// refuseWrong empties a plan in which nothing compares because the comparison has a value that is wrong
// for every target that would: an optional comparison still needs correct values.
func (p *Plan) refuseWrong(candidates []RuledOut) *providers.Error {
	comparing := slices.DeleteFunc(slices.Clone(candidates), func(out RuledOut) bool { return !out.Target.Product.Compares() })
	if len(comparing) == 0 || slices.ContainsFunc(p.Targets, func(t *Target) bool { return t.Product.Compares() }) {
		return nil
	}
	failure := unservable(comparing)
	// That a product takes fewer photos does not make the comparison wrong.
	product := failure.Reason == providers.NoEligibleProduct || failure.Reason == providers.ArgumentRejected
	if product || !providers.Comparison.Hold(failure.Violations[0].Path) {
		return nil
	}
	for _, target := range p.Targets {
		p.RuledOut = append(p.RuledOut, RuledOut{target, failure.Violations})
	}
	p.Targets = nil
	return failure
}
