package config_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/config/format"
	"github.com/liveness-gateway/gateway/internal/providers"
)

func TestCallerLimits(t *testing.T) {
	c, err := load(t, "testdata/good/caller-limits.yaml")
	require.NoError(t, err)
	shop, bank := c.Caller("shop"), c.Caller("bank")
	require.Equal(t, []providers.Flow{providers.FlowHostedPage}, shop.Flows)
	require.Equal(t, []string{"", "login"}, shop.Scenarios)
	require.Equal(t, []string{"acme.page"}, shop.Products)
	require.Equal(t, []string{"cn"}, shop.Regions)
	require.Equal(t, []string{"acme.page"}, shop.AcceptedProducts)
	require.Equal(t, []string{"Shop.Example", "*.pay.example", "203.0.113.7", "bücher.example"}, shop.CallbackHosts)
	require.InDelta(t, 20.5, shop.Rate, 0)
	require.Equal(t, []int{21, 50, 100}, []int{shop.Burst, shop.MaxCalls, bank.Burst})
	require.Equal(t, 64*format.MiB, shop.MaxPhotoBytes)
	require.Equal(t, []int{1000, 0}, []int{shop.MaxIdempotencyKeys, bank.MaxIdempotencyKeys})
	require.Empty(t, bank.Flows)
	require.Zero(t, c.Caller("open").Rate+float64(c.Caller("open").Burst))
	require.Nil(t, c.Caller("nobody"))
	require.Nil(t, c.Routes[0].Callers)
	require.Equal(t, []string{"shop", "bank"}, c.Routes[1].Callers)

	var printed bytes.Buffer
	require.NoError(t, c.Print(&printed))
	again, err := config.Parse("printed.yaml", printed.Bytes(), vendors())
	require.NoError(t, err, printed.String())
	require.Equal(t, c.Callers, again.Callers)
	require.Equal(t, c.Routes, again.Routes)
}
