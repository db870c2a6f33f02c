package server

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestArenaLengths(t *testing.T) {
	a := &arenas{}
	for _, n := range []int{0, 1, 100, 32 << 10, 32<<10 + 1, 40 << 10, 40<<10 + 1, 64 << 10, 64<<10 + 1, 3_146_800, maxFormBytes, maxJSONBytes, 32 << 20, 32<<20 + 1} {
		body := a.get(n)
		require.Len(t, body.content, n)
		require.Equal(t, n, cap(body.content), "nothing behind the end can be reached")
		require.LessOrEqual(t, len(body.whole), n+n/4)
		_, pool := a.class(n)
		_, again := a.class(len(body.whole))
		require.Same(t, pool, again, "a buffer of %d bytes goes back to where it came from", n)
		require.Equal(t, n > 32<<10 && n <= 32<<20, pool != nil)
	}
}

func TestArenaClassesDiffer(t *testing.T) {
	a := &arenas{}
	lengths := make(map[any]int)
	for n := 32<<10 + 1; n <= 32<<20; n += 4 << 10 {
		length, pool := a.class(n)
		require.GreaterOrEqual(t, length, n)
		if known, ok := lengths[pool]; ok {
			require.Equal(t, known, length)
		}
		lengths[pool] = length
	}
	require.Len(t, lengths, len(a.pools))
}

func TestArenaIsFreedByItsLastHolder(t *testing.T) {
	freed := 0
	a := &arenas{freed: func(whole []byte) { freed += len(whole) }}
	body := a.get(40 << 10)
	body.Ref()
	body.Free()
	require.Zero(t, freed)
	body.Free()
	require.Equal(t, 40<<10, freed)
}
