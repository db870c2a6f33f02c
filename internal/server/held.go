package server

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

// leave reports whether it was the last that left.
func (h *holders) leave() bool { return h.n.Add(-1) == 0 }

// held is memory as one of its holders has it. It may be freed more than once, by
// whoever knows first that it is not needed.
type held struct {
	sensitive.Memory

	freed atomic.Bool
}

// Free lets go of the memory.
func (h *held) Free() {
	if !h.freed.Swap(true) {
		h.Memory.Free()
	}
}
