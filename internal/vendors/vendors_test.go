package vendors_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/vendors"
)

// An adapter that is not in the list cannot be configured. A folder with a file of its
// own name is one.
func TestEveryAdapterIsInTheList(t *testing.T) {
	const folder = "../providers"
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	var want []string
	for _, entry := range entries {
		if _, err := os.Stat(filepath.Join(folder, entry.Name(), entry.Name()+".go")); err == nil {
			want = append(want, entry.Name())
		}
	}
	var got []string
	for _, provider := range vendors.All() {
		got = append(got, provider.Name)
	}
	require.Equal(t, want, got)
}

func TestProductsAreNamedOnce(t *testing.T) {
	var ids []string
	for _, provider := range vendors.All() {
		for i := range provider.Products {
			ids = append(ids, provider.Products[i].ID)
		}
	}
	slices.Sort(ids)
	require.Equal(t, slices.Compact(slices.Clone(ids)), ids)
}
