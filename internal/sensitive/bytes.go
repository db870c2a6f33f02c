package sensitive

import "bytes"

// Bytes is data that cannot be printed. The zero value is empty. It is immutable and
// safe for concurrent use, as long as its memory is not released.
type Bytes struct {
	redacted

	data *data
}

type data struct {
	pieces [][]byte
	length int
	memory Memory
}

// Memory is reference-counted memory of borrowed data: it is reused when the last
// reference is released. It is safe for concurrent use.
type Memory interface {
	// Ref takes another reference. It returns false if the last one has been released.
	Ref() bool
	// Free releases one reference.
	Free()
}

// NewBytes returns data in memory of its own. The content is not copied: the caller
// must not change it any more.
func NewBytes(content []byte) Bytes { return Borrow(GarbageCollected{}, content) }

// Borrow returns data in these pieces of memory, without copying it. Once the memory is
// released, its bytes are no longer the data.
func Borrow(memory Memory, pieces ...[]byte) Bytes {
	length := 0
	for _, piece := range pieces {
		length += len(piece)
	}
	if length == 0 {
		return Bytes{}
	}
	return Bytes{data: &data{pieces, length, memory}}
}

// GarbageCollected is memory that the garbage collector frees: its references need no
// counting.
type GarbageCollected struct{}

// Ref does nothing.
func (GarbageCollected) Ref() bool { return true }

// Free does nothing.
func (GarbageCollected) Free() {}

// Len returns the data's length in bytes.
func (b Bytes) Len() int {
	if b.data == nil {
		return 0
	}
	return b.data.length
}

// IsZero reports whether the data is empty.
func (b Bytes) IsZero() bool { return b.data == nil }

// Pieces returns the data itself, without copying it. Call it only where the data is
// sent to its recipient, and change nothing. A reader that outlives the call must hold
// a reference of Memory.
func (b Bytes) Pieces() [][]byte {
	if b.data == nil {
		return nil
	}
	return b.data.pieces
}

// Memory returns the memory of the data.
func (b Bytes) Memory() Memory {
	if b.data == nil {
		return GarbageCollected{}
	}
	return b.data.memory
}

// Reveal returns the data itself in one piece, which is a copy if there are several.
// It may be called only where Pieces may.
func (b Bytes) Reveal() []byte {
	if pieces := b.Pieces(); len(pieces) == 1 {
		return pieces[0]
	}
	return bytes.Join(b.Pieces(), nil)
}
