package providertest

import (
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// A product that compares serves a comparison that the caller can do without as any other. One
// that compares nothing takes the call, and sends what it sends of one without a comparison.
func requestOptionalComparison(t *trial) {
	product := t.Provider.Product(t.ID)
	for name, e := range t.examples() {
		attempt, settings := call(e), providers.Settings{Parameters: e.Parameters}
		request := *e.Request
		if !product.Compares() {
			compare(&request)
			require.NotEmpty(t, product.Check(&request, request.Asks(), settings), "%s: a comparison is dropped", name)
		}
		request.ComparisonOptional = true
		require.Empty(t, product.Check(&request, request.Asks(), settings), "%s: ruled out for a comparison that is optional", name)
		attempt.Request = product.Shown(&request)
		require.Empty(t, cmp.Diff(e.Wire, t.requestOf(t.open(e), attempt)), name)
	}
}

// compare has a request ask for all of a comparison.
func compare(r *providers.Request) {
	r.IdentityDocument = &providers.IdentityDocument{
		Type: providers.IdentityCard, Country: sensitive.New("CN"), Name: sensitive.New("张三"), Number: sensitive.New("11010119900307001X"),
	}
	r.Photos = []sensitive.Bytes{sensitive.NewBytes([]byte("a photo"))}
	r.DetectRotatedFaces, r.MultipleFaces = new(true), providers.RejectMultipleFaces
}
