package route

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// optional is a query with a comparison that the caller can do without, with any of the products.
func optional(number string) *Query {
	q := query()
	q.AcceptedProducts = []string{sdk.ID, page.ID, strict.ID, counting.ID}
	card(number)(q.Request)
	q.Request.ComparisonOptional = true
	return q
}

// counting compares with one photo, and takes cards alone where there is one.
var counting = providers.Product{
	ID: "gamma.counting", Flows: []providers.Flow{providers.FlowAppSDK},
	Honours: providers.FieldSet(providers.FieldIdentityDocument, providers.FieldPhotos), Limits: []providers.Limit{providers.AtMostPhotos(1)},
}

// Products that compare come first, each kind in the order of the route; without the caller's
// leave those that compare nothing are ruled out.
func TestOptionalComparison(t *testing.T) {
	r := table(target("a"), target("b", of(&page)), target("c"), target("d", of(&strict)))
	require.Equal(t, []string{"b", "d", "a", "c"}, planned(t, r, optional(goodNumber)))
	q := optional(goodNumber)
	q.Request.ComparisonOptional = false
	require.Equal(t, []string{"b", "d"}, planned(t, r, q))
	require.Equal(t, []string{"a", "c"}, planned(t, table(target("a"), target("c")), optional(goodNumber)))
	require.Equal(t, []string{"a", "b", "c", "d"}, planned(t, r, all(t, func(*providers.Request) {})))
}

// In a weighted route a subject keeps its order within each kind.
func TestOptionalComparisonByWeight(t *testing.T) {
	targets := func() []Target {
		return []Target{target("a"), target("b", of(&page)), target("c"), target("d", of(&page)), target("e", of(&page))}
	}
	for _, subject := range []string{"user-1", "user-2", "user-3", "user-4"} {
		q, compared, bare := optional(goodNumber), optional(goodNumber), query()
		compared.Request.ComparisonOptional, bare.AcceptedProducts = false, []string{sdk.ID}
		for _, q := range []*Query{q, compared, bare} {
			q.Request.SubjectID = sensitive.New(subject)
		}
		r := weighted(targets()...)
		require.Equal(t, append(planned(t, r, compared), planned(t, r, bare)...), planned(t, r, q))
	}
}

// A product that compares and cannot do it stays ruled out, and those that compare nothing serve.
func TestOptionalComparisonThatNoneCanDo(t *testing.T) {
	q := optional(goodNumber)
	q.Request.Photos = []sensitive.Bytes{{}, {}}
	p, failure := table(target("a"), target("b", of(&page)), target("c", of(&counting))).Plan(q)
	require.Nil(t, failure)
	require.Equal(t, []string{"a"}, accounts(p.Targets))
	require.Len(t, p.RuledOut, 2)
	require.Equal(t, providers.FieldPhotos.Path(), p.RuledOut[0].Violations[0].Path)
	require.Equal(t, "at most 1 photo", p.RuledOut[1].Violations[0].Description)
}

// A value that is wrong for all that compare is the caller's to correct: it is not left out.
func TestOptionalComparisonWithAWrongValue(t *testing.T) {
	p, failure := table(target("a"), target("b", of(&page)), target("c", of(&strict))).Plan(optional("1"))
	require.Equal(t, providers.IdentityNumberInvalid, failure.Reason)
	require.Empty(t, p.Targets)
	require.Len(t, p.RuledOut, 3)
	for _, out := range p.RuledOut {
		require.Equal(t, failure.Violations, out.Violations, out.Target.Account)
	}

	require.Equal(t, []string{"c", "a"}, planned(t, table(target("a"), target("b", of(&page)), target("c", of(&counting))), optional("1")))
	other := optional(goodNumber) // not of the comparison
	other.Request.Reference = "a long reference"
	require.Equal(t, []string{"a"}, planned(t, table(target("a"), target("c", of(&strict))), other))
	require.Equal(t, []string{"a"}, planned(t, table(target("a")), optional("1")))
}

func TestOptionalComparisonExplained(t *testing.T) {
	explain := func(r *Table) (names []string, shares map[string]float64) {
		shares = map[string]float64{}
		for _, target := range r.Explain(optional(goodNumber)).Targets {
			require.Equal(t, target.Product == sdk.ID, target.WithoutComparison)
			names = append(names, target.Account)
			shares[target.Account] = target.Share
		}
		return names, shares
	}
	names, shares := explain(weighted(target("a"), target("b", of(&page), weighing(3)), target("c"), target("d", of(&page))))
	require.Equal(t, []string{"b", "d", "a", "c"}, names)
	require.Equal(t, map[string]float64{"a": 0, "b": 0.75, "c": 0, "d": 0.25}, shares)

	out := func(t *Target) { t.OutOfService = "no contract" }
	names, shares = explain(weighted(target("a"), target("b", of(&page), out), target("c", weighing(3))))
	require.Equal(t, []string{"a", "c"}, names)
	require.Equal(t, map[string]float64{"a": 0.25, "c": 0.75}, shares)
}
