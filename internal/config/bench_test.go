package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/config"
)

func BenchmarkSchema(b *testing.B) {
	for b.Loop() {
		_, err := config.NewReader(vendors())
		require.NoError(b, err)
	}
}

func BenchmarkParse(b *testing.B) {
	b.Setenv("ACME_KEY", "x")
	b.Setenv("ACME_SECRET", "x")
	b.Setenv("GLOBEX_TOKEN", "x")
	text := []byte(readFile(b, "testdata/good/full.yaml"))
	reader := newReader(b)
	for b.Loop() {
		_, err := reader.Parse("testdata/good/full.yaml", text)
		require.NoError(b, err)
	}
}
