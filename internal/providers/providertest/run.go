package providertest

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers/providertest/jsonfields"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/rehearsal"
)

// check is one test that every product must pass. Its name does not change: exceptions
// refer to it.
type check struct {
	name string
	run  func(*trial)
}

// Run runs every check on a product, each in its own subtest. Nothing may run in
// parallel: goroutines and allocations are counted.
func Run(t *testing.T, p Product) {
	t.Helper()
	requireComplete(t, p)
	checks := p.checks()
	requireKnown(t, p, checks)
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) { verify(t, p, c) })
	}
}

// requireComplete fails if data is missing that the checks need.
func requireComplete(tb testing.TB, p Product) {
	tb.Helper()
	require.NotNil(tb, p.Provider, "Provider")
	require.NotNil(tb, p.Provider.Product(p.ID), "ID is of no product of the provider's: %q", p.ID)
	require.NotEmpty(tb, p.Provider.Codes, "the provider's Codes")
	for name, e := range p.examples() {
		require.NotNil(tb, e.Request, "the Request of %s", name)
		require.NotEmpty(tb, e.Wire, "the Wire of %s", name)
	}
	require.False(tb, p.Success.Token.Value.IsZero(), "Success.Token.Value")
	require.NotEmpty(tb, p.Success.Body, "Success.Body")
	require.NotEmpty(tb, p.Failures, "Failures")
	require.NotEmpty(tb, p.ErrorFields, "ErrorFields")
	if p.ExpiryField != "" {
		require.Contains(tb, jsonfields.Parse(tb, p.Success.Body).Paths(), p.ExpiryField, "ExpiryField")
	}
	for _, secret := range p.Secrets {
		require.True(tb, p.Minimal.sends(secret) || p.Full.sends(secret), "Secrets: %s is not on the wire", secret)
	}
}

func (p *Product) checks() []check {
	return slices.Concat(
		[]check{{"statement/product", statement}, {"statement/identity", statementIdentity}, {"statement/codes", codeTable}},
		p.requestChecks(),
		answerChecks(),
		p.codeChecks(),
		shownChecks(),
		p.statusChecks(),
		blameChecks(),
		clockChecks(),
		transportChecks(),
		privacyChecks(),
		loadChecks(),
	)
}

// requireKnown fails for an exception to an unknown check.
func requireKnown(tb testing.TB, p Product, checks []check) {
	tb.Helper()
	for _, name := range slices.Sorted(maps.Keys(p.Exceptions)) {
		require.True(tb, slices.ContainsFunc(checks, func(c check) bool { return c.name == name }),
			"an exception to %q, which is not a check", name)
	}
}

// verify runs a check, which must fail if it is excepted.
func verify(tb testing.TB, p Product, c check) {
	tb.Helper()
	try := func(tb testing.TB) { tb.Helper(); c.run(newTrial(tb, p)) }
	reason, excepted := p.Exceptions[c.name]
	if !excepted {
		try(tb)
		return
	}
	require.NotEmpty(tb, reason, "an exception without a reason")
	require.True(tb, rehearsal.Fails(tb, try), "the exception is not needed any more: %s", reason)
}
