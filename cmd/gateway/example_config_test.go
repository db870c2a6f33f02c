package main

import (
	"bytes"
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/vendors"
)

const exampleConfig = "../../deploy/config.example.yaml"

func TestExampleConfigIsAccepted(t *testing.T) {
	text, err := os.ReadFile(exampleConfig)
	require.NoError(t, err)
	for _, name := range regexp.MustCompile(`: \{env: (\w+)\}`).FindAllSubmatch(text, -1) {
		t.Setenv(string(name[1]), "a-secret")
	}
	var output bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"config", "check", exampleConfig}, &output, nil))
	require.Equal(t, exampleConfig+": ok (accounts: 2, routes: 5)\n", output.String())
}

func TestExampleConfigShowsEveryProduct(t *testing.T) {
	text, err := os.ReadFile(exampleConfig)
	require.NoError(t, err)
	for _, provider := range vendors.All() {
		for i := range provider.Products {
			require.Regexp(t, `product: `+regexp.QuoteMeta(provider.Products[i].ID)+`\b`, string(text))
		}
	}
}
