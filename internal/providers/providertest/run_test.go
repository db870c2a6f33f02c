package providertest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/rehearsal"
)

// noProducts is an account of a vendor without products.
type noProducts struct{}

func (noProducts) NewTarget(string, map[string]string) providers.Target { return nil }

// excepting returns a product with an exception to one check.
func excepting(name, reason string) Product {
	request := &providers.Request{}
	return Product{
		Provider:   &providers.Provider{Open: func(providers.AccountConfig) providers.Account { return noProducts{} }},
		Minimal:    Example{Request: request},
		Full:       Example{Request: request},
		Exceptions: map[string]string{name: reason},
	}
}

func TestExceptions(t *testing.T) {
	passing := check{"passing", func(*trial) {}}
	failing := check{"failing", func(t *trial) { require.Fail(t, "as it should") }}
	tests := map[string]struct {
		product Product
		check   check
		fails   bool
	}{
		"passes, no exception":    {excepting("other", "r"), passing, false},
		"fails, no exception":     {excepting("other", "r"), failing, true},
		"fails, excepted":         {excepting("failing", "r"), failing, false},
		"passes, though excepted": {excepting("passing", "r"), passing, true},
		"excepted, no reason":     {excepting("failing", ""), failing, true},
	}
	for name, test := range tests {
		got := rehearsal.Fails(t, func(tb testing.TB) { tb.Helper(); verify(tb, test.product, test.check) })
		require.Equal(t, test.fails, got, name)
	}
}

func TestExceptionToNoCheck(t *testing.T) {
	checks := []check{{"redirect", redirect}}
	for name, unknown := range map[string]bool{"redirect": false, "redirects": true} {
		got := rehearsal.Fails(t, func(tb testing.TB) { tb.Helper(); requireKnown(tb, excepting(name, "r"), checks) })
		require.Equal(t, unknown, got, name)
	}
}

func TestIncompleteProduct(t *testing.T) {
	require.True(t, rehearsal.Fails(t, func(tb testing.TB) { tb.Helper(); requireComplete(tb, Product{}) }))
	require.True(t, rehearsal.Fails(t, func(tb testing.TB) { tb.Helper(); requireComplete(tb, excepting("a", "b")) }))
}
