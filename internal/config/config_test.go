package config_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/config/configtest"
	"github.com/liveness-gateway/gateway/internal/providers"
)

func vendors() []*providers.Provider { return configtest.Vendors() }

func setEnvironment(t *testing.T) {
	t.Helper()
	t.Setenv("ACME_KEY", "acme-key-value")
	t.Setenv("ACME_SECRET", "acme-secret-value")
	t.Setenv("GLOBEX_TOKEN", "globex-token-value")
	t.Setenv("EMPTY", "")
	t.Setenv("NAMING_KEY", "naming-key-of-32-random-characters")
	t.Setenv("SEALING_KEY", "sealing-key-of-32-random-characters")
	t.Setenv("SHORT_KEY", "a-key-of-31-characters-is-short")
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
