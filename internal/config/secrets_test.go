package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/config"
)

// Without secrets, nothing is told of variables and files, and of all else everything.
func TestWithoutSecrets(t *testing.T) {
	for _, file := range []string{"minimal", "full"} {
		path := "testdata/good/" + file + ".yaml"
		reader := newReader(t)
		with, err := load(t, path)
		require.NoError(t, err)

		for _, name := range []string{"ACME_KEY", "ACME_SECRET", "GLOBEX_TOKEN"} {
			t.Setenv(name, "")
		}
		_, err = reader.Parse(path, []byte(readFile(t, path)))
		require.ErrorContains(t, err, "is empty")
		without, err := reader.Parse(path, []byte(readFile(t, path)), config.WithoutSecrets())
		require.NoError(t, err)
		require.Equal(t, with.Routes, without.Routes)
		require.Equal(t, with.Accounts[0].Credentials[0].References, without.Accounts[0].Credentials[0].References)
		require.Empty(t, without.Accounts[0].Credentials[0].Secrets)
	}

	_, err := load(t, "testdata/bad/secrets.yaml", config.WithoutSecrets())
	require.ErrorContains(t, err, "the secret itself must not be here")
	require.NotContains(t, err.Error(), "is not set")
	require.NotContains(t, err.Error(), "cannot be read")
	require.NotContains(t, err.Error(), "hunter2")
	_, err = load(t, "testdata/bad/ca-file.yaml", config.WithoutSecrets())
	require.ErrorContains(t, err, "holds no PEM certificate")
}
