package message

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/mem"
)

func TestFramesGoBackOnce(t *testing.T) {
	pool := mem.DefaultBufferPool()
	buffer := pool.Get(1 << 16)
	f := hold(mem.BufferSlice{mem.NewBuffer(buffer, pool)})
	f.Ref()
	f.Free()
	require.Len(t, f.data[0].ReadOnlyData(), 1<<16, "still held")
	f.Free()
	require.Panics(t, func() { f.data[0].ReadOnlyData() })
}
