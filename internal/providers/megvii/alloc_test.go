package megvii

import (
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/alloctest"
	"github.com/liveness-gateway/gateway/internal/providers"
)

func TestAllocations(t *testing.T) { alloctest.Check(t, pieces(t)) }

func BenchmarkPieces(b *testing.B) { alloctest.Benchmark(b, pieces(b)) }

func pieces(tb testing.TB) map[string]alloctest.Piece {
	tb.Helper()
	const issued = `{"request_id":"1490024799,225715ed-9871-478c-aabb-ec19542593cf","time_used":5,
		"biz_id":"biz-1","token_random_number":"d4e8e20e-9d1c-4f0e-a6b3-1f4bd51e2a0e","random_number":"0317"}`
	const refused = `{"request_id":"1490024799","time_used":5,"error_message":"CONCURRENCY_LIMIT_EXCEEDED"}`

	a := accountOver(tb, nil)
	digits := &randomNumberTarget{a.target(&randomNumber, nil)}
	page := &pcWebTarget{a.target(&pcWeb, nil)}
	plain, whole := callOf(&providers.Request{Reference: "order-1"}), callOf(fullest(pcWeb.ID))
	return map[string]alloctest.Piece{
		"sign":                alloctest.AtMost(15, func() { a.credentials[1].sign(now, now.Add(signatureLifetime), testNonce) }),
		"body without photos": alloctest.AtMost(4, func() { digits.form(plain) }),
		"body with photos":    alloctest.AtMost(17, func() { page.form(whole) }),
		"a call":              alloctest.AtMost(30, issuing(tb, issued, plain, providers.OK)),
		"a refused call":      alloctest.AtMost(27, issuing(tb, refused, plain, providers.VendorConcurrencyLimited)),
	}
}

func callOf(r *providers.Request) providers.Call {
	return providers.Call{Request: r, Credential: 1, Now: now}
}

// accountOver opens the account of the tests over another transport.
func accountOver(tb testing.TB, transport http.RoundTripper) *account {
	tb.Helper()
	base, err := url.Parse("https://vendor.example")
	require.NoError(tb, err)
	v := &vendor{base: base, http: transport}
	a, ok := v.open("/faceid").(*account)
	require.True(tb, ok)
	return a
}

// issuing makes the whole of an adapter's call but for what net/http does.
func issuing(tb testing.TB, answer string, call providers.Call, want providers.Reason) func() {
	tb.Helper()
	target := accountOver(tb, alloctest.NewVendor(http.StatusOK, answer)).NewTarget(randomNumber.ID, nil)
	return func() {
		if _, err := target.Issue(tb.Context(), call); reasonOf(err) != want {
			tb.Error(err)
		}
	}
}

// reasonOf returns why a call failed, OK if it did not.
func reasonOf(err error) providers.Reason {
	if failure, failed := errors.AsType[*providers.Error](err); failed {
		return failure.Reason
	}
	return providers.OK
}
