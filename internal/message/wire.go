package message

import (
	"encoding/binary"
	"math"

	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
)

// wire reads the encoding of protocol buffers from the buffers that it was received in.
type wire struct {
	// now is what is left of the current buffer, later the buffers after it.
	now   []byte
	later mem.BufferSlice
	// left is how many bytes are left in all.
	left int
}

func newWire(data mem.BufferSlice) wire { return wire{later: data, left: data.Len()} }

// take returns the next n bytes in the pieces that they are in. There must be as many.
func (w *wire) take(n int) (pieces [][]byte) {
	w.left -= n
	for n > 0 {
		for len(w.now) == 0 {
			w.next()
		}
		piece := w.now[:min(n, len(w.now))]
		w.now = w.now[len(piece):]
		n -= len(piece)
		pieces = append(pieces, piece)
	}
	return pieces
}

func (w *wire) next() { w.now, w.later = w.later[0].ReadOnlyData(), w.later[1:] }

// append appends the next n bytes.
func (w *wire) append(dst []byte, n int) []byte {
	for _, piece := range w.take(n) {
		dst = append(dst, piece...)
	}
	return dst
}

// varint reads a varint and appends it as it is encoded.
func (w *wire) varint(dst []byte) (longer []byte, value uint64, ok bool) {
	var encoded [binary.MaxVarintLen64]byte
	for i := range encoded {
		if w.left == 0 {
			return nil, 0, false
		}
		for len(w.now) == 0 {
			w.next()
		}
		encoded[i] = w.now[0]
		w.now, w.left = w.now[1:], w.left-1
		if encoded[i] < 0x80 {
			v, n := protowire.ConsumeVarint(encoded[:i+1])
			return append(dst, encoded[:i+1]...), v, n > 0
		}
	}
	return nil, 0, false
}

// length reads the length of what comes before the end, which is counted in bytes left,
// and appends it as it is encoded.
func (w *wire) length(dst []byte, end int) (longer []byte, n int, ok bool) {
	dst, v, ok := w.varint(dst)
	if !ok || v > math.MaxInt32 || int(v) > w.left-end {
		return nil, 0, false
	}
	return dst, int(v), true
}

// value appends a field's value as it is. Groups, which the contract does not have, are
// not read.
func (w *wire) value(dst []byte, kind protowire.Type, end int) ([]byte, bool) {
	switch kind {
	case protowire.VarintType:
		dst, _, ok := w.varint(dst)
		return dst, ok
	case protowire.BytesType:
		dst, n, ok := w.length(dst, end)
		if !ok {
			return nil, false
		}
		return w.append(dst, n), true
	case protowire.Fixed32Type, protowire.Fixed64Type:
		n := 4
		if kind == protowire.Fixed64Type {
			n = 8
		}
		if w.left-end < n {
			return nil, false
		}
		return w.append(dst, n), true
	default:
		return nil, false
	}
}
