package server_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// issuedBy returns an issuer of the product's tokens, and what it was asked last.
func issuedBy(product *providers.Product, asked *providers.Request) issuer {
	return func(_ context.Context, query *routing.Query) (*routing.Outcome, error) {
		*asked = *query.Request
		outcome := issued()
		outcome.Attempts = []routing.Attempt{{Target: &route.Target{Product: product}, Kind: routing.First, Reason: providers.OK}}
		return outcome, nil
	}
}

// The answer says whether the vendor compares, in every way of sending a photo, and again when it is replayed.
func TestAnswerSaysWhetherTheVendorCompares(t *testing.T) {
	comparing := &providers.Product{ID: "acme.page", Honours: providers.FieldSet(providers.FieldPhotos)}
	bare := &providers.Product{ID: "acme.app", Honours: providers.FieldSet(providers.FieldDetection)}
	photo := func(optional bool) *livenessv1.Comparison {
		return &livenessv1.Comparison{Photos: []*livenessv1.Photo{{Content: []byte("photo")}}, Optional: optional}
	}
	for name, test := range map[string]struct {
		product    *providers.Product
		comparison *livenessv1.Comparison
		compares   bool
	}{
		"compares":                       {comparing, photo(false), true},
		"compares though it is optional": {comparing, photo(true), true},
		"could compare":                  {comparing, nil, false},
		"compares nothing":               {bare, photo(true), false},
		"has nothing to compare":         {bare, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			var asked providers.Request
			g := start(t, issuedBy(test.product, &asked))
			for transport, send := range g.photoTransports() {
				request := &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK, Comparison: test.comparison}
				require.Equal(t, test.compares, send(t, request).response.GetCompares(), transport)
				require.Equal(t, test.comparison.GetOptional(), asked.ComparisonOptional, transport)
				require.Len(t, asked.Photos, len(test.comparison.GetPhotos()), transport)

				request.IdempotencyKey = "key-1"
				require.Equal(t, test.compares, send(t, request).response.GetCompares(), transport)
				again := send(t, request).response
				require.True(t, again.GetReplayed(), transport)
				require.Equal(t, test.compares, again.GetCompares(), transport)
			}
		})
	}
}

// Said to be false, it is the same message as left out.
func TestComparisonThatIsNotOptionalUnderAKey(t *testing.T) {
	const body = `{"flow": "FLOW_APP_SDK", "idempotencyKey": "key-1", "comparison": {"photos": [{"content": "AAAA"}]`
	g := start(t, issuesAll)
	require.False(t, g.post(t, body+`}}`).response.GetReplayed())
	require.True(t, g.post(t, body+`, "optional": false}}`).response.GetReplayed())
	require.NotNil(t, g.post(t, body+`, "optional": true}}`).status)
}

// Optional alone is no comparison.
func TestOptionalComparisonOfNothing(t *testing.T) {
	g := start(t, issues)
	for transport, send := range g.transports() {
		d := requireFailure(t, send(t, &livenessv1.IssueLivenessTokenRequest{
			Flow: livenessv1.Flow_FLOW_APP_SDK, Comparison: &livenessv1.Comparison{Optional: true},
		}))
		require.Equal(t, "INVALID_REQUEST", d.info.GetReason(), transport)
		require.Equal(t, []string{"comparison"}, d.fields(), transport)
	}
}
