// Package wire goes through encoded protocol buffers before the library decodes them: it bounds how
// often fields are set, refuses fields that the contract does not know, and leaves photos where they
// were received.
package wire

import (
	"encoding/binary"
	"math"
	"slices"

	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
)

// reader reads from the buffers in which a message was received.
type reader struct {
	// now is what is left of the current buffer, later the buffers after it.
	now   []byte
	later mem.BufferSlice
	// left is how many bytes are left in all.
	left int
}

func newReader(data mem.BufferSlice) reader { return reader{later: data, left: data.Len()} }

// next returns up to n of the next bytes, as many as are in one buffer. There must be some.
func (r *reader) next(n int) []byte {
	for len(r.now) == 0 {
		r.now, r.later = r.later[0].ReadOnlyData(), r.later[1:]
	}
	piece := r.now[:min(n, len(r.now))]
	r.now, r.left = r.now[len(piece):], r.left-len(piece)
	return piece
}

// minPiece is the mean length of pieces below which they are copied into one: each takes 24 bytes in
// a list, and the sender chooses how long they are.
const minPiece = 512

// take returns the next n bytes in the pieces in which they were received. There must be as many.
func (r *reader) take(n int) (pieces [][]byte) {
	if before := *r; before.pieces(n) > n/minPiece+2 {
		return [][]byte{r.append(make([]byte, 0, n), n)}
	}
	for n > 0 {
		piece := r.next(n)
		n -= len(piece)
		pieces = append(pieces, piece)
	}
	return pieces
}

// pieces reads the next n bytes, and returns in how many pieces they were received.
func (r *reader) pieces(n int) (count int) {
	for ; n > 0; count++ {
		n -= len(r.next(n))
	}
	return count
}

// append appends the next n bytes.
func (r *reader) append(dst []byte, n int) []byte {
	if len(dst)+n > cap(dst) { // growing little by little would allocate several times its length
		dst = slices.Grow(dst, min(max(n, 3*cap(dst)), r.left))
	}
	for n > 0 {
		piece := r.next(n)
		n -= len(piece)
		dst = append(dst, piece...)
	}
	return dst
}

// varint reads a varint and appends it as it is encoded.
func (r *reader) varint(dst []byte) (longer []byte, value uint64, ok bool) {
	if len(r.now) > 0 && r.now[0] < 0x80 {
		b := r.now[0]
		r.now, r.left = r.now[1:], r.left-1
		return append(dst, b), uint64(b), true
	}
	var encoded [binary.MaxVarintLen64]byte
	for i := range encoded {
		if r.left == 0 {
			return nil, 0, false
		}
		if encoded[i] = r.next(1)[0]; encoded[i] < 0x80 {
			v, n := protowire.ConsumeVarint(encoded[:i+1])
			return append(dst, encoded[:i+1]...), v, n > 0
		}
	}
	return nil, 0, false
}

// length reads the length of what comes before the end, which is counted in bytes left, and
// appends it as it is encoded.
func (r *reader) length(dst []byte, end int) (longer []byte, n int, ok bool) {
	dst, v, ok := r.varint(dst)
	if !ok || v > math.MaxInt32 || int(v) > r.left-end {
		return nil, 0, false
	}
	return dst, int(v), true
}
