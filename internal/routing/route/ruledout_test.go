package route

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// strict is like page, and wants a short reference too.
var strict = providers.Product{
	ID: "beta.strict", Flows: []providers.Flow{providers.FlowAppSDK}, Honours: page.Honours,
	Limits: append([]providers.Limit{
		providers.AtMostBytes(providers.FieldReference, 8),
	}, page.Limits...),
}

func all(t *testing.T, change func(*providers.Request)) *Query {
	t.Helper()
	q := query()
	q.AcceptedProducts = []string{sdk.ID, page.ID, strict.ID}
	change(q.Request)
	return q
}

func card(number string) func(*providers.Request) {
	return func(r *providers.Request) {
		r.IdentityDocument = &providers.IdentityDocument{Name: sensitive.New("张三"), Number: sensitive.New(number)}
	}
}

const goodNumber = "11010119900307001X"

func TestRuledOut(t *testing.T) {
	r := table(target("a"), target("b", of(&page)), target("c", of(&strict)), target("d", of(&page), in("sgp")))
	q := all(t, card(goodNumber))
	q.Request.Reference = "a long reference"
	q.Regions = []string{"cn"}
	p, failure := r.Plan(q)
	require.Nil(t, failure)
	require.Equal(t, []string{"b"}, accounts(p.Targets))

	reasons := map[string][]providers.Violation{}
	for _, ruled := range p.RuledOut {
		reasons[ruled.Target.Account] = ruled.Violations
	}
	require.Equal(t, map[string][]providers.Violation{
		"a": {{Path: "comparison.identity_document", Reason: providers.NoEligibleProduct, Description: "not supported: leave it out"}},
		"c": {{Path: "reference", Reason: providers.ArgumentRejected, Description: "at most 8 bytes"}},
		"d": {{Path: "regions", Reason: providers.NoEligibleProduct, Description: "does not name the account's region"}},
	}, reasons)
}

// A value that no target would take is the caller's mistake; one that some could take,
// if they could do the rest, is a wish that cannot be fulfilled.
func TestNothingLeft(t *testing.T) {
	long := func(r *providers.Request) { r.Reference = strings.Repeat("x", 9) }
	tests := map[string]struct {
		targets []Target
		change  []func(*providers.Request)
		reason  providers.Reason
		want    []providers.Path
	}{
		"value wrong for the only target": {
			[]Target{target("b", of(&page))},
			[]func(*providers.Request){card("1")},
			providers.IdentityNumberInvalid,
			[]providers.Path{"comparison.identity_document.number"},
		},
		"value wrong for all": {
			[]Target{target("b", of(&page)), target("c", of(&strict))},
			[]func(*providers.Request){card("1")},
			providers.IdentityNumberInvalid,
			[]providers.Path{"comparison.identity_document.number"},
		},
		"value wrong for all, another for one": {
			[]Target{target("c", of(&strict)), target("b", of(&page))},
			[]func(*providers.Request){card("1"), long},
			providers.IdentityNumberInvalid,
			[]providers.Path{"comparison.identity_document.number"},
		},
		"identity wrong for all": {
			[]Target{target("c", of(&strict))},
			[]func(*providers.Request){long},
			providers.ArgumentRejected,
			[]providers.Path{"reference"},
		},
		"no target can": {
			[]Target{target("a"), target("a2")},
			[]func(*providers.Request){card(goodNumber)},
			providers.NoEligibleProduct,
			[]providers.Path{"comparison.identity_document"},
		},
		"one cannot, for the other the value is wrong": {
			[]Target{target("a"), target("b", of(&page))},
			[]func(*providers.Request){card("1")},
			providers.NoEligibleProduct,
			[]providers.Path{"comparison.identity_document", "comparison.identity_document.number"},
		},
		"each wrong in its own way": {
			[]Target{target("a"), target("c", of(&strict))},
			[]func(*providers.Request){card(goodNumber), long},
			providers.NoEligibleProduct,
			[]providers.Path{"comparison.identity_document", "reference"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			q := all(t, func(r *providers.Request) {
				for _, change := range test.change {
					change(r)
				}
			})
			p, failure := table(test.targets...).Plan(q)
			require.Equal(t, test.reason, failure.Reason)
			require.Equal(t, test.want, paths(failure.Violations))
			require.Empty(t, p.Targets)
			require.Len(t, p.RuledOut, len(test.targets))
		})
	}
}

// Targets that steering leaves out say nothing about the value.
func TestValueWrongForAllThatAreSteeredTo(t *testing.T) {
	q := all(t, card("1"))
	q.Regions = []string{"cn"}
	p, failure := table(target("a", in("sgp")), target("b", of(&page))).Plan(q)
	require.Equal(t, providers.IdentityNumberInvalid, failure.Reason)
	require.Len(t, p.RuledOut, 2)
}
