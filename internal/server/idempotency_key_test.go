package server_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/routing"
)

const noKey = `{"flow": "FLOW_APP_SDK"}`

func withKey(key string) string { return `{"flow": "FLOW_APP_SDK", "idempotencyKey": "` + key + `"}` }

func keyHeaders(values []string) []string {
	var headers []string
	for _, value := range values {
		headers = append(headers, "Idempotency-Key", value)
	}
	return headers
}

// The header stands for the field.
func TestIdempotencyKeyHeader(t *testing.T) {
	for name, c := range map[string]struct {
		body    string
		headers []string
		want    string
	}{
		"no header":             {withKey("order-1"), nil, "order-1"},
		"neither":               {noKey, nil, ""},
		"bare":                  {noKey, []string{"order-1"}, "order-1"},
		"quoted":                {noKey, []string{`"order-1"`}, "order-1"},
		"same as the field":     {withKey("order-1"), []string{"order-1"}, "order-1"},
		"quoted, same":          {withKey("order-1"), []string{`"order-1"`}, "order-1"},
		"beside an empty field": {withKey(""), []string{"order-1"}, "order-1"},
	} {
		t.Run(name, func(t *testing.T) {
			got := "the issuer was not called"
			g := start(t, func(ctx context.Context, query *routing.Query) (*routing.Outcome, error) {
				got = query.IdempotencyKey
				return issues(ctx, query)
			})
			first := g.post(t, c.body, keyHeaders(c.headers)...)
			require.Equal(t, http.StatusOK, first.httpStatus, first.body)
			require.Equal(t, c.want, got)
			if c.want != "" {
				require.True(t, g.post(t, withKey(c.want)).response.GetReplayed(), "the field alone")
				require.True(t, g.post(t, noKey, "Idempotency-Key", c.want).response.GetReplayed(), "the header alone")
			}
		})
	}
}

func TestIdempotencyKeyHeaderThatIsRefused(t *testing.T) {
	g := start(t, issues)
	for name, c := range map[string]struct {
		body    string
		headers []string
		says    string
	}{
		"other than the field":   {withKey("order-1"), []string{"order-2"}, "differs from the header"},
		"empty":                  {noKey, []string{""}, "must hold one key"},
		"empty beside the field": {withKey("order-1"), []string{""}, "must hold one key"},
		"empty in quotes":        {noKey, []string{`""`}, "must hold one key"},
		"twice":                  {noKey, []string{"order-1", "order-2"}, "must hold one key"},
		"twice the same":         {noKey, []string{"order-1", "order-1"}, "must hold one key"},
		"one quote":              {noKey, []string{`"`}, "pattern"},
		"quoted at one end":      {noKey, []string{`"order-1`}, "pattern"},
		"quoted twice":           {noKey, []string{`""order-1""`}, "pattern"},
		"with a parameter":       {noKey, []string{`"order-1";a=b`}, "pattern"},
		"of two words":           {noKey, []string{"order 1"}, "pattern"},
	} {
		t.Run(name, func(t *testing.T) {
			r := g.post(t, c.body, keyHeaders(c.headers)...)
			d := requireFailure(t, r)
			require.Equal(t, http.StatusBadRequest, r.httpStatus)
			require.Equal(t, "INVALID_REQUEST", d.info.GetReason())
			require.Equal(t, []string{"idempotencyKey"}, d.fields())
			require.Contains(t, d.descriptions(), c.says)
			require.NotContains(t, r.body, "order")
		})
	}
}
