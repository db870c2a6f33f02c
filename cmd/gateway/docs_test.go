package main

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/openapitest"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

// What the form of the API page can be filled in with, an example of each product, is sent to the
// origin of the page that the sandbox names, as a browser does.
func TestExamplesOfTheAPIPageWorkInTheSandbox(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	output, ended := &lockedBuffer{}, make(chan error, 1)
	go func() { ended <- run(ctx, []string{"sandbox"}, output, &lockedBuffer{}) }()
	printed := regexp.MustCompile(`(http://\S+)/docs\b`)
	require.Eventually(t, func() bool { return printed.MatchString(output.String()) }, 10*time.Second, time.Millisecond)
	origin := printed.FindStringSubmatch(output.String())[1]

	examples := openapitest.Examples(t)
	names := slices.Collect(maps.Keys(examples))
	for _, provider := range vendors.All() {
		for _, product := range provider.Products {
			require.Contains(t, names, product.ID)
		}
	}
	for name, example := range examples {
		status, answer := postBody(t, origin+"/v1/liveness-tokens", example)
		require.Equal(t, http.StatusOK, status, "%s: %s", name, answer)
		if name != "failover" {
			var issued struct{ Product string }
			require.NoError(t, json.Unmarshal(answer, &issued))
			require.Equal(t, name, issued.Product)
		}
	}
	stop()
	require.NoError(t, <-ended)
}
