package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/callers"
	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/gateway"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

var printedKey = regexp.MustCompile(`(?s)\n(lgw_[a-z0-9]+_[A-Z2-7]+)\n.*\n(callers:\n.*)`)

// The lines for the file, as they are printed, tell the key that is printed above them.
func TestNewKey(t *testing.T) {
	var output bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"key", "new", "--caller", "bank"}, &output, &output))
	printed := printedKey.FindStringSubmatch(output.String())
	require.Len(t, printed, 3, output.String())

	t.Setenv("ACME", "x")
	file := filepath.Join(t.TempDir(), "gateway.yaml")
	require.NoError(t, os.WriteFile(file, []byte(printed[2]+`accounts:
  megvii-cn:
    provider: megvii
    base_url: https://api.megvii.com
    credentials: [{name: main, api_key: {env: ACME}, api_secret: {env: ACME}}]
routes:
  - {flow: spoken_digits, targets: [{account: megvii-cn, product: megvii.random-number}]}
`), 0o600))
	require.NoError(t, run(t.Context(), []string{"config", "check", file}, &output, &output))
	cfg, err := config.Load(file, vendors.All())
	require.NoError(t, err)
	authenticator, err := gateway.Authenticator(cfg, zap.NewNop())
	require.NoError(t, err)
	caller, fault := authenticator.Authenticate(t.Context(), callers.Shown{Authorization: []string{"Bearer " + printed[1]}})
	require.Empty(t, fault)
	require.Equal(t, "bank", caller.Name)

	require.ErrorContains(t, run(t.Context(), []string{"key", "new", "--caller", "a b"}, &output, &output), "--caller must be")
	require.ErrorContains(t, run(t.Context(), []string{"key", "new"}, &output, &output), "caller")
}
