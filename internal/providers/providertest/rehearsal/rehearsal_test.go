package rehearsal_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers/providertest/rehearsal"
)

// A rehearsal ends at its first failure and cleans up, last things first.
func TestRehearsal(t *testing.T) {
	var order []string
	require.True(t, rehearsal.Fails(t, func(tb testing.TB) {
		tb.Helper()
		tb.Cleanup(func() { order = append(order, "first") })
		tb.Cleanup(func() { order = append(order, "second") })
		require.Fail(tb, "as it should")
		order = append(order, "not reached")
	}))
	require.Equal(t, []string{"second", "first"}, order)
	require.False(t, t.Failed())
}
