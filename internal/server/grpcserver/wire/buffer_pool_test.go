package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Whoever gives a buffer back may have cut it; the next one gets its whole length.
func TestBuffersHaveTheLengthThatIsAskedFor(t *testing.T) {
	p := NewBufferPool()
	for range 100 { // a pool may forget buffers
		for _, length := range []int{1, frameBytes / 4, frameBytes/4 + 1, frameBytes, frameBytes + 1, ReadBytes, ReadBytes + 1} {
			buffer := p.Get(length)
			require.Len(t, *buffer, length)
			*buffer = (*buffer)[:1]
			p.Put(buffer)
		}
	}
}
