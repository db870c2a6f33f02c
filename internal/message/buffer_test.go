package message

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBufferLengths(t *testing.T) {
	b := &Buffers{}
	for _, n := range []int{0, 1, 100, 32 << 10, 32<<10 + 1, 64 << 10, 64<<10 + 1, 3_146_800, 21 << 20, 28 << 20, 32 << 20, 32<<20 + 1} {
		buffer := b.Get(n)
		require.Len(t, buffer.Content, n)
		require.Equal(t, n, cap(buffer.Content), "nothing behind the end can be reached")
		require.LessOrEqual(t, len(buffer.whole), n+n/4)
		_, pool := b.class(n)
		_, again := b.class(len(buffer.whole))
		require.Same(t, pool, again, "a buffer of %d bytes goes back to where it came from", n)
		require.Equal(t, n > 32<<10 && n <= 32<<20, pool != nil)
	}
}

func TestBufferClassesDiffer(t *testing.T) {
	b := &Buffers{}
	lengths := make(map[any]int)
	for n := 32<<10 + 1; n <= 32<<20; n += 4 << 10 {
		length, pool := b.class(n)
		require.GreaterOrEqual(t, length, n)
		if known, ok := lengths[pool]; ok {
			require.Equal(t, known, length)
		}
		lengths[pool] = length
	}
	require.Len(t, lengths, len(b.pools))
}

func TestBufferIsReleasedByItsLastHolder(t *testing.T) {
	released := 0
	b := &Buffers{}
	b.OnRelease(func(whole []byte) { released += len(whole) })
	buffer := b.Get(40 << 10)
	buffer.Ref()
	buffer.Free()
	require.Zero(t, released)
	buffer.Free()
	require.Equal(t, 40<<10, released)
}

// What using buffers again saves: the runtime clears a new one.
func BenchmarkBuffers(b *testing.B) {
	const photo = 3_146_800
	b.Run("used again", func(b *testing.B) {
		buffers := &Buffers{}
		for b.Loop() {
			buffers.Get(photo).Free()
		}
	})
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			sink = make([]byte, photo)
		}
	})
}

var sink []byte
