package sensitive

import "bytes"

// Bytes is data that cannot be printed. The zero value is empty. It is immutable and
// safe for concurrent use, as long as the memory that it lies in is held.
type Bytes struct {
	redacted

	data *data
}

type data struct {
	pieces [][]byte
	length int
	memory Memory
}

// Memory is what borrowed data lies in: it is used again when nobody holds it any
// more. It is safe for concurrent use.
type Memory interface {
	// Ref holds the memory once more, and reports whether it does: once nobody holds it,
	// nobody can.
	Ref() bool
	// Free lets go of it.
	Free()
}

// NewBytes returns data of its own, which is not copied: the caller must not change it
// any more.
func NewBytes(content []byte) Bytes { return Borrow(GarbageCollected{}, content) }

// Borrow returns data that lies in so many pieces of memory, whose bytes mean nothing
// once nobody holds it. Nothing is copied.
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

// GarbageCollected is memory that is not used again before everyone has forgotten it:
// nobody has to hold it.
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

// Pieces returns the data itself as it lies. Call it only where the data is sent to
// whom it is meant for, and change nothing. Whoever reads them after the call must hold
// Memory.
func (b Bytes) Pieces() [][]byte {
	if b.data == nil {
		return nil
	}
	return b.data.pieces
}

// Memory returns what the data lies in.
func (b Bytes) Memory() Memory {
	if b.data == nil {
		return GarbageCollected{}
	}
	return b.data.memory
}

// Reveal returns the data itself in one piece, which is a copy if there are several.
// Call it as Pieces.
func (b Bytes) Reveal() []byte {
	if pieces := b.Pieces(); len(pieces) == 1 {
		return pieces[0]
	}
	return bytes.Join(b.Pieces(), nil)
}
