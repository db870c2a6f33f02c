package providertest

import (
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/results"
)

// What a provider states of itself is complete, and the examples cover it.
func statement(t *trial) {
	product := t.Provider.Product(t.ID)
	require.True(t, strings.HasPrefix(t.ID, t.Provider.Name+"."), "the id begins with the provider's name")
	require.NotEmpty(t, product.Flows)
	require.Subset(t, providers.Flows(), product.Flows)
	require.False(t, product.AlwaysAsks > 0 && product.Lifetime > 0, "a lifetime that is documented, and none but what is asked for")
	require.False(t, product.LongerWhenAsked && (product.Lifetime == 0 || !product.Honours.Has(providers.FieldTokenLifetime)), "nothing that can be asked to be longer")
	require.NotEmpty(t, product.Document)
	require.Zero(t, product.Honours&^providers.Effects, "honoured, but no effect")
	var asked providers.Fields
	for _, e := range t.examples() {
		asked |= e.Request.Asks()
	}
	require.Zero(t, product.Honours&^asked, "honoured, but in no example")
	for _, limit := range product.Limits {
		require.Regexp(t, "^(must|at most) ", limit.Text)
	}
	for _, parameter := range product.Parameters {
		require.NotEmpty(t, parameter.Text, parameter.Name)
	}
	for _, need := range product.Needs {
		t.requireSetting(need.With)
	}
	for _, limit := range product.Limits {
		t.requireSetting(limit.With)
	}
}

// requireSetting fails for a setting that nobody can make.
func (t *trial) requireSetting(setting *providers.Setting) {
	t.Helper()
	if setting == nil {
		return
	}
	for _, declared := range slices.Concat(t.Provider.Product(t.ID).Parameters, t.Provider.Options) {
		if declared.Name == setting.Name {
			for _, value := range setting.Values {
				require.True(t, value == "" || declared.Takes(value), "%s cannot be %q", setting.Name, value)
			}
			return
		}
	}
	require.Fail(t, "no such parameter or option", setting.Name)
}

// The identity fields that the product states are those that it sends in some example.
func statementIdentity(t *trial) {
	identity := t.Provider.Product(t.ID).Identity
	require.Zero(t, identity&^providers.FieldSet(providers.FieldSubjectID, providers.FieldReference), "no identity field")
	for field, value := range map[providers.Field]string{
		providers.FieldSubjectID: t.Full.Request.SubjectID.Reveal(), providers.FieldReference: t.Full.Request.Reference,
	} {
		sent := false
		for _, e := range t.examples() {
			sent = sent || e.sends(value)
		}
		require.Equal(t, identity.Has(field), sent, field)
	}
}

// Every row of the error table has a citation, a canonical code, and no duplicate.
func codeTable(t *trial) {
	seen := make(map[string]bool)
	for _, row := range t.Provider.Codes {
		require.Regexp(t, "^[^a-z ]*[^a-z .]$", row.Code)
		require.False(t, seen[row.Code], "%s has two rows", row.Code)
		seen[row.Code] = true
		require.Contains(t, results.Reasons(), row.Reason, row.Code)
		require.NotEmpty(t, row.Document, row.Code)
		require.NotEmpty(t, row.Section, row.Code)
	}
}
