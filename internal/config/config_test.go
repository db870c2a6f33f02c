package config_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// vendors are invented: the configuration knows of a vendor what it states.
func vendors() []*providers.Provider {
	return []*providers.Provider{
		{
			Name:           "acme",
			PathPrefix:     "/v1",
			CredentialKeys: []string{"api_key", "api_secret"},
			Options: []providers.Parameter{
				{Name: "timestamp_unit", Text: "milliseconds or seconds", Values: []string{"milliseconds", "seconds"}},
			},
			Products: []providers.Product{
				{ID: "acme.app", Flow: providers.FlowAppSDK, Parameters: []providers.Parameter{
					{Name: "scene_id", Required: true, Text: "the scene, by the number in the vendor's console"},
					{Name: "color_number", Text: "how many colours flash: 4, 6 or 8", Values: []string{"4", "6", "8"}},
				}},
				{ID: "acme.page", Flow: providers.FlowHostedPage},
			},
		},
		{
			Name:           "globex",
			CredentialKeys: []string{"token"},
			Products:       []providers.Product{{ID: "globex.app", Flow: providers.FlowAppSDK}},
		},
	}
}

func setEnvironment(t *testing.T) {
	t.Helper()
	t.Setenv("ACME_KEY", "acme-key-value")
	t.Setenv("ACME_SECRET", "acme-secret-value")
	t.Setenv("GLOBEX_TOKEN", "globex-token-value")
	t.Setenv("EMPTY", "")
}

// readers makes one for all tests.
var readers = sync.OnceValues(func() (*config.Reader, error) { return config.NewReader(vendors()) })

func newReader(tb testing.TB) *config.Reader {
	tb.Helper()
	reader, err := readers()
	require.NoError(tb, err)
	return reader
}

func load(t *testing.T, path string, options ...config.Option) (*config.Config, error) {
	t.Helper()
	setEnvironment(t)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return newReader(t).Parse(path, text, options...)
}

func readFile(tb testing.TB, path string) string {
	tb.Helper()
	text, err := os.ReadFile(path)
	require.NoError(tb, err)
	return string(text)
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	full, err := filepath.Abs(path)
	require.NoError(t, err)
	return full
}
