package format

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSizeString(t *testing.T) {
	for size, want := range map[Size]string{
		64 * MiB: "64MiB", 1025 * MiB: "1025MiB", 1024 * MiB: "1GiB", 1024 * GiB: "1024GiB",
	} {
		require.Equal(t, want, size.String())
		require.Equal(t, size, ParseSize(want))
	}
}

func TestTextsThatAreNoSize(t *testing.T) {
	for _, text := range []string{"", "0MiB", "64", "64MB", "64 MiB", "-1MiB", "1.5GiB", "1234567MiB", "064MiB"} {
		require.Zero(t, ParseSize(text), text)
	}
}
