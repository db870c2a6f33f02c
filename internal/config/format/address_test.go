package format

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSameAddress(t *testing.T) {
	for addresses, want := range map[[2]string]bool{
		{"127.0.0.1:9090", "127.0.0.1:9090"}:       true,
		{"127.0.0.1:9090", "localhost:9090"}:       true,
		{"127.0.0.1:9090", "[::ffff:7f00:1]:9090"}: true,
		{"[::1]:9090", "[0:0:0:0:0:0:0:1]:9090"}:   true,
		{":9090", "127.0.0.1:9090"}:                true,
		{"0.0.0.0:9090", "[::]:9090"}:              true,
		{"0.0.0.0:9090", "[::1]:9090"}:             true,
		{"127.0.0.1:9090", "127.0.0.1:9091"}:       false,
		{"127.0.0.1:9090", "127.0.0.2:9090"}:       false,
		{"127.0.0.1:9090", "[::1]:9090"}:           false,
		{"127.0.0.1:0", "127.0.0.1:0"}:             false,
		{":0", "127.0.0.1:0"}:                      false,
		{":00", ":00"}:                             false,
		{"127.0.0.1:09090", "127.0.0.1:9090"}:      true,
		{"", ""}:                                   false,
		{"gateway.example:9090", "127.0.0.1:9090"}: false,
	} {
		require.Equal(t, want, SameAddress(addresses[0], addresses[1]), addresses)
		require.Equal(t, want, SameAddress(addresses[1], addresses[0]), addresses)
	}
}
