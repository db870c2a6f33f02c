package vendors_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

// What tools/newvendor copied and nobody has made the vendor's own says so.
func TestNothingOfTheExampleIsLeft(t *testing.T) {
	files, err := filepath.Glob("../providers/*/*.go")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var left []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		number := 0
		for line := range strings.Lines(string(text)) {
			number++
			if strings.Contains(strings.ToLower(line), "acme") {
				left = append(left, fmt.Sprintf("%s:%d: %s", file, number, strings.TrimSpace(line)))
			}
		}
	}
	require.Empty(t, strings.Join(left, "\n"), "still Acme's")
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
