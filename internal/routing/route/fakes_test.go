package route

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
)

var (
	// sdk and page are products of two kinds. Only page compares an identity document.
	sdk  = providers.Product{ID: "acme.sdk", Flows: []providers.Flow{providers.FlowAppSDK}}
	page = providers.Product{
		ID: "beta.page", Flows: []providers.Flow{providers.FlowAppSDK},
		Honours: providers.FieldSet(providers.FieldIdentityDocument),
		Limits: []providers.Limit{{
			Field: providers.FieldIdentityDocumentNumber, Text: "must have 18 digits", Reason: providers.IdentityNumberInvalid,
			Allows: func(r *providers.Request) bool { return r.IdentityDocument.Number.Len() == 18 },
		}},
	}
	both = []string{sdk.ID, page.ID}
)

// target returns a target of the account, by default of sdk.
func target(account string, change ...func(*Target)) Target {
	t := Target{Product: &sdk, Provider: "acme", Account: account, Region: "cn", Weight: 1, Guard: guard.NewAccount(1, 10_000)}
	for _, c := range change {
		c(&t)
	}
	return t
}

func of(product *providers.Product) func(*Target) { return func(t *Target) { t.Product = product } }
func in(region string) func(*Target)              { return func(t *Target) { t.Region = region } }
func weighing(weight float64) func(*Target)       { return func(t *Target) { t.Weight = weight } }

func with(parameter string) func(*Target) {
	return func(t *Target) { t.Parameters = []string{parameter} }
}

// table returns a table with one route for the app SDK, the flow's default.
func table(targets ...Target) *Table {
	return NewTable([]Route{{Flow: providers.FlowAppSDK, Targets: targets}})
}

// query asks for nothing in particular.
func query() *Query {
	return &Query{Flow: providers.FlowAppSDK, AcceptedProducts: both, Request: &providers.Request{}}
}

// accounts returns the accounts of the targets.
func accounts(targets []*Target) []string {
	var names []string
	for _, t := range targets {
		names = append(names, t.Account)
	}
	return names
}

// planned plans a query that must be servable and returns the accounts in order.
func planned(t *testing.T, table *Table, q *Query) []string {
	t.Helper()
	p, failure := table.Plan(q)
	require.Nil(t, failure)
	return accounts(p.Targets)
}
