// Package message decodes requests from bytes and encodes answers. Photos are not copied: they
// stay in the memory in which they were received. It knows no calls, no net/http and no gRPC
// server.
package message

import (
	"math/bits"
	"sync"
)

const (
	// minBufferBits and maxBufferBits bound which buffers are pooled: those of 32 KiB to 32 MiB,
	// whose lengths have 16 to 25 bits. A shorter one is cheaper to allocate.
	minBufferBits = 16
	maxBufferBits = 25
	// Lengths are rounded up to one of four steps between powers of two, because the runtime
	// clears a new buffer whole: with powers of two alone, a call with photos over REST took 1.10
	// times the CPU time (go run ./bench -baseline, lane gateway REST multipart, November 2026).
	bufferSteps = 4
)

// Buffers is a pool of buffers into which bodies are read. A pooled buffer need not be cleared:
// one of 3 MB takes 140 ns, a new one 1.2 ms (BenchmarkBuffers, November 2026: the best of 6 on a
// busy machine of 2 cores). The zero value is ready; it is safe for concurrent use.
type Buffers struct {
	pools [(maxBufferBits - minBufferBits + 1) * bufferSteps]sync.Pool
	// released, if it is set, is shown each buffer that nobody holds any more.
	released func([]byte)
}

// Get returns a buffer of n bytes, with arbitrary content and one holder.
func (b *Buffers) Get(n int) *Buffer {
	length, pool := b.class(n)
	if pool == nil {
		return b.hold(make([]byte, n), n)
	}
	if used, ok := pool.Get().(*Buffer); ok {
		return b.hold(used.whole, n)
	}
	return b.hold(make([]byte, length), n)
}

// Reuse is Get from the pool alone; it returns nil if the pool is empty. It allocates nothing, so a
// body may be given such a buffer before it has arrived.
func (b *Buffers) Reuse(n int) *Buffer {
	_, pool := b.class(n)
	if pool == nil {
		return nil
	}
	used, ok := pool.Get().(*Buffer)
	if !ok {
		return nil
	}
	return b.hold(used.whole, n)
}

// OnRelease makes the pool show f every buffer that nobody holds any more: tests overwrite it. It
// must be called before the first Get.
func (b *Buffers) OnRelease(f func([]byte)) { b.released = f }

func (b *Buffers) hold(whole []byte, n int) *Buffer {
	buffer := &Buffer{Content: whole[:n:n], whole: whole, buffers: b}
	buffer.n.Store(1)
	return buffer
}

// class returns the length that n is rounded up to, and the pool of such buffers, nil if they are
// not pooled.
func (b *Buffers) class(n int) (length int, pool *sync.Pool) {
	size := bits.Len(uint(max(n, 1) - 1))
	if size < minBufferBits || size > maxBufferBits {
		return n, nil
	}
	step := 1 << (size - 1) / bufferSteps
	steps := (n + step - 1) / step // above a power of two: 5 to 8
	return steps * step, &b.pools[(size-minBufferBits)*bufferSteps+steps-bufferSteps-1]
}

// Buffer is a buffer of exactly the length asked for. It returns to its pool when nobody holds it
// any more: a call holds it until it has been answered, an adapter while it may still be sent.
type Buffer struct {
	holders

	Content []byte
	whole   []byte
	buffers *Buffers
}

// Free is sensitive.Memory's.
func (b *Buffer) Free() {
	if !b.release() {
		return
	}
	if b.buffers.released != nil {
		b.buffers.released(b.whole)
	}
	if _, pool := b.buffers.class(len(b.whole)); pool != nil {
		pool.Put(b)
	}
}
