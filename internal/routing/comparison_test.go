package routing

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// wishing is a query with a photo and a card that the caller can do without comparing.
func wishing() *Query {
	q := asksAll()
	q.Request.Reference, q.Request.ComparisonOptional = "order-1", true
	return q
}

// The vendor of a product that compares nothing is shown nothing of the comparison, before and after one
// that compares.
func TestComparisonIsNotShown(t *testing.T) {
	for name, failing := range map[string]*vendor{"alone": nil, "after another": fails(providers.VendorInternalError)} {
		t.Run(name, func(t *testing.T) {
			bare := &vendor{}
			r := router(target("b", by(bare)))
			if failing != nil {
				r = router(target("b", by(bare)), target("a", by(failing), of(&comparing)))
			}
			q := wishing()
			outcome, failure := issue(t, r, q)
			require.Nil(t, failure)
			require.Equal(t, "b", outcome.Issued().Account)
			require.Len(t, bare.calls, 1)
			require.Equal(t, &providers.Request{Reference: "order-1"}, bare.calls[0].Request)
			if failing != nil {
				require.Same(t, q.Request, failing.calls[0].Request)
			}
		})
	}
}

// A comparison that a vendor refuses is the caller's to correct: no token comes without it.
func TestRefusedComparisonIsNotLeftOut(t *testing.T) {
	refusing := func(reason providers.Reason, path ...providers.Path) *vendor {
		err := &providers.Error{Reason: reason}
		for _, p := range path {
			err.Refuse(p)
		}
		return &vendor{err: err}
	}
	for name, refused := range map[string]*vendor{
		"photo":        refusing(providers.NoFaceFound, providers.PhotoPath(1)),
		"photos":       refusing(providers.PhotoLowQuality, providers.FieldPhotos.Path()),
		"number":       refusing(providers.IdentityNumberInvalid, providers.FieldIdentityDocumentNumber.Path()),
		"argument":     refusing(providers.ArgumentRejected, providers.FieldMultipleFaces.Path()),
		"attempts":     refusing(providers.ComparisonAttemptsExceeded),
		"both at once": refusing(providers.ArgumentRejected, providers.FieldReference.Path(), providers.FieldPhotos.Path()),
	} {
		t.Run(name, func(t *testing.T) {
			outcome, failure := issue(t, router(target("a", by(refused), of(&comparing)), target("b")), wishing())
			require.NotNil(t, failure)
			require.Equal(t, []string{"a"}, tried(outcome))
		})
	}
	sending := comparing
	sending.Identity = providers.FieldSet(providers.FieldReference)
	outcome, failure := issue(t, router(target("a", by(refusing(providers.ArgumentRejected, "reference")), of(&sending)), target("b")), wishing())
	require.Nil(t, failure, "what is refused is no part of the comparison")
	require.Equal(t, []string{"a", "b"}, tried(outcome))
}

// Nobody is blamed for a comparison that was not sent.
func TestNoBlameForAComparisonLeftOut(t *testing.T) {
	for _, reason := range []providers.Reason{providers.NoFaceFound, providers.IdentityNameInvalid, providers.RequestTooLarge} {
		_, failure := issue(t, router(target("a", by(fails(reason)))), wishing())
		require.Equal(t, providers.ArgumentRejected, failure.Reason)
		require.False(t, failure.CallersFault())
	}
}
