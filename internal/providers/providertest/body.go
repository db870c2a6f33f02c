package providertest

import (
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers/providertest/jsonfields"
)

// failure returns the body that tells of a code in one of the vendor's shapes.
func failure(shape, code string) string {
	return strings.ReplaceAll(shape, "{code}", strings.Trim(jsonfields.Text(code), `"`))
}

// replace returns the body of Success with another value in place of a text.
func (t *trial) replace(text string, value any) string {
	t.Helper()
	body := strings.Replace(t.Success.Body, jsonfields.Text(text), jsonfields.Text(value), 1)
	require.NotEqual(t, t.Success.Body, body, "the answer does not hold %q", text)
	return body
}
