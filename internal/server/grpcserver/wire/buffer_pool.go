package wire

import (
	"sync"

	"google.golang.org/grpc/mem"
)

// frameBytes is the largest HTTP/2 frame that clients may send.
const frameBytes = 16 << 10

// framePool holds the buffers into which the gRPC library reads frames. The library's own pool
// clears a buffer each time it is taken, although a frame overwrites it: with that pool, a call with
// photos took 1.11 to 1.14 times the CPU time (go run ./bench -baseline, lane gateway gRPC, photos,
// November 2026).
type framePool struct {
	mem.BufferPool // for other lengths

	frames sync.Pool // of *[]byte, frameBytes long
}

// NewBufferPool returns the pool that the library reads frames into.
func NewBufferPool() mem.BufferPool {
	return &framePool{BufferPool: mem.DefaultBufferPool(), frames: sync.Pool{New: func() any {
		buffer := make([]byte, frameBytes)
		return &buffer
	}}}
}

// Get returns a buffer of that length, with arbitrary content.
func (p *framePool) Get(length int) *[]byte {
	if length <= frameBytes/4 || length > frameBytes {
		return p.BufferPool.Get(length)
	}
	buffer := p.frames.Get().(*[]byte)
	*buffer = (*buffer)[:length]
	return buffer
}

// Put takes a buffer back.
func (p *framePool) Put(buffer *[]byte) {
	if cap(*buffer) != frameBytes {
		p.BufferPool.Put(buffer)
		return
	}
	*buffer = (*buffer)[:frameBytes]
	p.frames.Put(buffer)
}
