package providers_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

var sent = time.Unix(1700000000, 0)

func TestNewExpiry(t *testing.T) {
	const minute = time.Minute
	in := func(d time.Duration, source providers.ExpirySource) providers.Expiry {
		return providers.Expiry{Time: sent.Add(d), Source: source}
	}
	tests := map[string]struct {
		stated            time.Time
		asked, documented time.Duration
		want              providers.Expiry
	}{
		"nothing known":                     {want: providers.Expiry{}},
		"stated":                            {sent.Add(42), 0, 0, in(42, providers.VendorStated)},
		"stated, later than both others":    {sent.Add(9 * minute), minute, 2 * minute, in(9*minute, providers.VendorStated)},
		"stated, though already over":       {sent.Add(-minute), minute, minute, in(-minute, providers.VendorStated)},
		"asked":                             {time.Time{}, minute, 0, in(minute, providers.Requested)},
		"documented":                        {time.Time{}, 0, minute, in(minute, providers.DocumentedDefault)},
		"asked for less than documented":    {time.Time{}, minute, 2 * minute, in(minute, providers.Requested)},
		"asked for more than documented":    {time.Time{}, 2 * minute, minute, in(minute, providers.DocumentedDefault)},
		"asked for just what is documented": {time.Time{}, minute, minute, in(minute, providers.Requested)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, providers.NewExpiry(sent, test.stated, test.asked, test.documented))
		})
	}
}

func TestSigningTime(t *testing.T) {
	require.Equal(t, sent.Add(-time.Minute), providers.Call{Now: sent, ClockOffset: -time.Minute}.SigningTime())
}

func TestProductByID(t *testing.T) {
	p := providers.Provider{Products: []providers.Product{{ID: "acme.a"}, {ID: "acme.b"}}}
	require.Same(t, &p.Products[1], p.Product("acme.b"))
	require.Nil(t, p.Product("acme.c"))
}

// Attempts of one call on one product have one token, and nothing else has it or shows the id.
func TestIdempotencyToken(t *testing.T) {
	call := providers.Call{RequestID: "7QK2M3C4D5E6F7G8", Now: sent}
	token := call.IdempotencyToken("acme.page")
	require.Regexp(t, "^[0-9a-f]{64}$", token)
	again := call
	again.Now, again.Credential = sent.Add(time.Second), 1
	require.Equal(t, token, again.IdempotencyToken("acme.page"))
	require.NotEqual(t, token, call.IdempotencyToken("acme.app"))
	require.NotEqual(t, token, providers.Call{RequestID: "7QK2M3C4D5E6F7G9"}.IdempotencyToken("acme.page"))
	require.Empty(t, providers.Call{}.IdempotencyToken("acme.page"))
}

// The address of an endpoint is below the account's path prefix, and is the caller's to change.
func TestURL(t *testing.T) {
	config := providers.AccountConfig{BaseURL: &url.URL{Scheme: "https", Host: "vendor.example"}, PathPrefix: "/v2"}
	address := config.URL("/token")
	require.Equal(t, "https://vendor.example/v2/token", address.String())
	address.RawQuery = "a=1"
	require.Equal(t, "https://vendor.example/v2/token", config.URL("/token").String())
}

// A number that was made is told the caller, whose own is not told back.
func TestMadeReference(t *testing.T) {
	require.Equal(t, "made-1", providers.Call{Request: &providers.Request{}}.MadeReference("made-1"))
	require.Empty(t, providers.Call{Request: &providers.Request{Reference: "order-1"}}.MadeReference("order-1"))
}
