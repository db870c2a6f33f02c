package idempotency

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLongParts(t *testing.T) {
	s, err := newSecrets(make([]byte, 32))
	require.NoError(t, err)
	random := rand.NewChaCha8([32]byte{})
	for _, length := range []int{blockBytes, blockBytes + 1, 3 * blockBytes, 3*blockBytes + 100} {
		content := make([]byte, length)
		_, _ = random.Read(content)
		whole := s.digest(Part{content})
		for _, n := range []int{1000, blockBytes - 1, blockBytes, blockBytes + 1, 2 * blockBytes} {
			cut := slices.Collect(slices.Chunk(content, n))
			require.Equal(t, whole, s.digest(cut), "%d bytes in pieces of %d", length, n)
		}
		for _, at := range []int{0, blockBytes - 1, length - 1} {
			content[at] ^= 1
			require.NotEqual(t, whole, s.digest(Part{content}), "%d bytes, another at %d", length, at)
			content[at] ^= 1
		}
	}
}
