package server_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// The header stands for the field. A key is refused until it is honoured; which words
// refuse it tells how it was read.
func TestIdempotencyKeyHeader(t *testing.T) {
	g := start(t, issues)
	const notYet = "not supported yet"
	field := func(key string) string { return `{"flow": "FLOW_APP_SDK", "idempotencyKey": "` + key + `"}` }
	const noField = `{"flow": "FLOW_APP_SDK"}`
	for name, c := range map[string]struct {
		body    string
		headers []string
		says    string
	}{
		"bare":                   {noField, []string{"order-1"}, notYet},
		"quoted":                 {noField, []string{`"order-1"`}, notYet},
		"same as the field":      {field("order-1"), []string{"order-1"}, notYet},
		"quoted, same":           {field("order-1"), []string{`"order-1"`}, notYet},
		"other than the field":   {field("order-1"), []string{"order-2"}, "differs from the header"},
		"beside an empty field":  {field(""), []string{"order-1"}, notYet},
		"empty":                  {noField, []string{""}, "must hold one key"},
		"empty beside the field": {field("order-1"), []string{""}, "must hold one key"},
		"empty in quotes":        {noField, []string{`""`}, "must hold one key"},
		"twice":                  {noField, []string{"order-1", "order-2"}, "must hold one key"},
		"twice the same":         {noField, []string{"order-1", "order-1"}, "must hold one key"},
		"one quote":              {noField, []string{`"`}, "pattern"},
		"quoted at one end":      {noField, []string{`"order-1`}, "pattern"},
		"quoted twice":           {noField, []string{`""order-1""`}, "pattern"},
		"with a parameter":       {noField, []string{`"order-1";a=b`}, "pattern"},
		"of two words":           {noField, []string{"order 1"}, "pattern"},
	} {
		t.Run(name, func(t *testing.T) {
			var headers []string
			for _, value := range c.headers {
				headers = append(headers, "Idempotency-Key", value)
			}
			r := g.post(t, c.body, headers...)
			d := requireFailure(t, r)
			require.Equal(t, http.StatusBadRequest, r.httpStatus)
			require.Equal(t, "INVALID_REQUEST", d.info.GetReason())
			require.Equal(t, []string{"idempotencyKey"}, d.fields())
			require.Contains(t, d.descriptions(), c.says)
			require.NotContains(t, r.body, "order")
		})
	}
}
