package server

import (
	"math/bits"
	"sync"
)

const (
	// Buffers of lengths of 16 to 25 bits, 32 KiB to 32 MiB, are used again. A shorter one
	// costs less new.
	minArenaBits = 16
	maxArenaBits = 25
	// Lengths are rounded up to one of four between powers of two. What a buffer is then
	// longer by, a ninth on average, is hardly ever touched and so takes up no memory.
	arenaSteps = 4
)

// arenas are the buffers that bodies are read into. Those that nobody holds are kept to
// be used again, until the garbage collector has run twice. The zero value is ready; it
// is safe for concurrent use.
type arenas struct {
	pools [(maxArenaBits - minArenaBits + 1) * arenaSteps]sync.Pool
	// freed, if there is one, gets what nobody holds any more: tests overwrite it.
	freed func([]byte)
}

// get returns a buffer of n bytes, to be overwritten: they are whatever they were
// before. It is held once.
func (a *arenas) get(n int) *arena {
	length, pool := a.class(n)
	if pool == nil {
		return a.hold(make([]byte, n), n)
	}
	if used, ok := pool.Get().(*arena); ok {
		return a.hold(used.whole, n)
	}
	return a.hold(make([]byte, length), n)
}

func (a *arenas) hold(whole []byte, n int) *arena {
	body := &arena{content: whole[:n:n], whole: whole, arenas: a}
	body.n.Store(1)
	return body
}

// class returns the length that n is rounded up to, and the pool of such buffers, nil if
// there is none.
func (a *arenas) class(n int) (length int, pool *sync.Pool) {
	size := bits.Len(uint(max(n, 1) - 1))
	if size < minArenaBits || size > maxArenaBits {
		return n, nil
	}
	step := 1 << (size - 1) / arenaSteps
	steps := (n + step - 1) / step // above a power of two: 5 to 8
	return steps * step, &a.pools[(size-minArenaBits)*arenaSteps+steps-arenaSteps-1]
}

// arena is a buffer of the length asked for, no byte more. It is used again when nobody
// holds it: a call does until it is answered, and vendorhttp as long as it may be sent.
type arena struct {
	holders

	content []byte
	whole   []byte
	arenas  *arenas
}

// Free is sensitive.Memory's.
func (a *arena) Free() {
	if !a.leave() {
		return
	}
	if a.arenas.freed != nil {
		a.arenas.freed(a.whole)
	}
	if _, pool := a.arenas.class(len(a.whole)); pool != nil {
		pool.Put(a)
	}
}
