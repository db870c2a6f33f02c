package linkface

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/alloctest"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func TestAllocations(t *testing.T) { alloctest.Check(t, pieces(t)) }

func BenchmarkPieces(b *testing.B) { alloctest.Benchmark(b, pieces(b)) }

func pieces(tb testing.TB) map[string]alloctest.Piece {
	tb.Helper()
	target := targetOver(tb, alloctest.NewVendor(http.StatusOK, success))
	call := plain()
	return map[string]alloctest.Piece{
		"sign": alloctest.AtMost(4, func() { target.credentials[call.Credential].sign("1700000000000") }),
		"body": alloctest.AtMost(10, func() { target.form(call) }),
		"a call": alloctest.AtMost(35, func() {
			if _, err := target.Issue(tb.Context(), call); err != nil {
				tb.Error(err)
			}
		}),
	}
}

// targetOver opens the account of the tests over another transport.
func targetOver(tb testing.TB, transport http.RoundTripper) *appTarget {
	tb.Helper()
	base, err := url.Parse("https://vendor.example")
	require.NoError(tb, err)
	credential := map[string]sensitive.String{keyAPIID: sensitive.New(testID), keyAPISecret: sensitive.New(testSecret)}
	account := Provider().Open(providers.AccountConfig{
		BaseURL: base, Credentials: []map[string]sensitive.String{credential, credential},
		Transport: transport, Random: countUp,
	})
	target, ok := account.NewTarget(app.ID, nil).(*appTarget)
	require.True(tb, ok)
	return target
}
