package system

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/certtest"
)

// writeCertificates writes what a Secret with certificates would hold, for everybody to read.
func writeCertificates(t *testing.T, folder string, ca *certtest.Authority) {
	t.Helper()
	require.NoError(t, os.MkdirAll(folder, 0o755))
	for name, content := range ca.SecretFiles(ca.Issue(t, certtest.Leaf{})) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), content, 0o644))
	}
}
