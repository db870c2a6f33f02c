package providertest

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// failure returns the body that tells of a code in one of the vendor's shapes.
func failure(shape, code string) string {
	return strings.ReplaceAll(shape, "{code}", strings.Trim(asJSON(code), `"`))
}

// replace returns the body of Success with another value in the place of a text.
func (t *trial) replace(text string, value any) string {
	t.Helper()
	body := strings.Replace(t.Success.Body, asJSON(text), asJSON(value), 1)
	require.NotEqual(t, t.Success.Body, body, "the answer does not hold %q", text)
	return body
}

// object is a body by its fields.
type object map[string]any

func parse(tb testing.TB, body string) object {
	tb.Helper()
	fields := make(map[string]json.RawMessage) // keeps numbers as they are written
	require.NoError(tb, json.Unmarshal([]byte(body), &fields), body)
	o := make(object)
	for name, value := range fields {
		o[name] = value
	}
	return o
}

// with returns a copy of the object with one field set.
func (o object) with(name string, value any) object {
	changed := maps.Clone(o)
	changed[name] = value
	return changed
}

func (o object) String() string { return asJSON(o) }

// asJSON writes a value of the checks.
func asJSON(v any) string {
	content, _ := json.Marshal(v) // nothing that the checks make can fail
	return string(content)
}
