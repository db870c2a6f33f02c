package message

import (
	"sync/atomic"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// holders counts who holds a buffer. It is safe for concurrent use.
type holders struct {
	n atomic.Int32
}

// Ref is sensitive.Memory's.
func (h *holders) Ref() bool {
	for {
		n := h.n.Load()
		if n == 0 {
			return false
		}
		if h.n.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// release reports whether the last holder has released the buffer.
func (h *holders) release() bool { return h.n.Add(-1) == 0 }

// Held is one holder's share of memory. It may be freed more than once, by whoever first knows that
// the memory is not needed any more.
type Held struct {
	sensitive.Memory

	freed atomic.Bool
}

// Free releases the memory.
func (h *Held) Free() {
	if !h.freed.Swap(true) {
		h.Memory.Free()
	}
}
