package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/certtest"
)

const exampleConfig = "../../deploy/config.example.yaml"

func TestExampleConfigIsAccepted(t *testing.T) {
	text, err := os.ReadFile(exampleConfig)
	require.NoError(t, err)
	for _, name := range regexp.MustCompile(`: \{env: (\w+)\}`).FindAllSubmatch(text, -1) {
		t.Setenv(string(name[1]), "a-secret")
	}
	folder := t.TempDir()
	file := filepath.Join(folder, "gateway.yaml")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	writeCertificates(t, filepath.Join(folder, "tls"), certtest.New(t))
	var output bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"config", "check", file}, &output, nil))
	require.Equal(t, file+": ok ("+sizeOf(string(text))+", callers: whoever has a certificate of client_ca, as one without a name)\n", output.String())
}

// sizeOf is how many accounts and routes a configuration has, as "config check" says it.
func sizeOf(text string) string {
	accounts := regexp.MustCompile(`(?m)^    provider: `).FindAllString(text, -1)
	routes := regexp.MustCompile(`(?m)^  - \{?flow: `).FindAllString(text, -1)
	return fmt.Sprintf("accounts: %d, routes: %d", len(accounts), len(routes))
}

// writeCertificates writes what a Secret would hold.
func writeCertificates(t *testing.T, folder string, ca *certtest.Authority) {
	t.Helper()
	require.NoError(t, os.MkdirAll(folder, 0o700))
	for name, content := range ca.SecretFiles(ca.Issue(t, certtest.Leaf{})) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), content, 0o600))
	}
}
