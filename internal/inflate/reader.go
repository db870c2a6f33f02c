// Package inflate reads gzip (RFC 1952) from senders who may be hostile. It takes what
// compress/gzip takes, but no byte that is sent costs more than 60 ns, beside what comes out: a
// Huffman code of 15 bits costs compress/gzip some 500 ns for each byte by which it is sent. It
// must know nothing of who reads.
package inflate

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"sync"
)

// ErrInvalid is returned for what is not gzip, or not whole. It quotes nothing.
var ErrInvalid = errors.New("not valid gzip")

const (
	// windowBytes is how far back deflate refers.
	windowBytes = 32 << 10
	// sourceBytes is how much is read from the source at once.
	sourceBytes = 4 << 10
)

// Reader reads what was compressed. Not safe for concurrent use.
type Reader struct {
	source  io.Reader
	members int
	// err is what ended reading, sourceErr what ended the source.
	err, sourceErr error

	// bits are held, the next one lowest; after them comes in.
	bits uint64
	held uint
	in   []byte

	// next continues with what comes next.
	next func(*Reader) error
	// last is whether the block is the last of its member.
	last bool
	// left is how much of a stored block is to come, or of a copy from so far back.
	left, back          int
	literals, distances *code

	// pos is where the window is written, given how far it has been returned, and summed how far
	// digest goes. The member has pos and before bytes.
	pos, given, summed int
	before             int
	digest             uint32

	own    [2]code
	runs   [maxLiterals + maxDistances + 1]run
	buffer [sourceBytes]byte
	window [windowBytes]byte
}

// readers are used again: each has 40 KiB.
var readers sync.Pool

// NewReader returns a reader of all that source has, which may be no more than so many members of
// gzip. After Free it must not be used.
func NewReader(source io.Reader, members int) *Reader {
	r, ok := readers.Get().(*Reader)
	if !ok {
		r = new(Reader)
	}
	r.source, r.members = source, members
	r.err, r.sourceErr = nil, nil
	r.bits, r.held, r.in = 0, 0, nil
	r.pos, r.given, r.summed = 0, 0, 0
	r.next = (*Reader).member
	return r
}

// Free lets others use the reader.
func (r *Reader) Free() {
	r.source, r.sourceErr = nil, nil
	readers.Put(r)
}

// Read is io.Reader's. Errors are the source's, or ErrInvalid.
func (r *Reader) Read(p []byte) (int, error) {
	for r.given == r.pos {
		if r.err != nil {
			return 0, r.err
		}
		if r.pos == windowBytes {
			r.sum()
			r.before += windowBytes
			r.pos, r.given, r.summed = 0, 0, 0
		}
		for r.err == nil && r.pos < windowBytes {
			r.err = r.next(r)
		}
	}
	n := copy(p, r.window[r.given:r.pos])
	r.given += n
	return n, nil
}

// sum brings digest up to date.
func (r *Reader) sum() {
	r.digest = crc32.Update(r.digest, crc32.IEEETable, r.window[r.summed:r.pos])
	r.summed = r.pos
}

// invalid is what is wrong where the next bits are of no use: they are none, or there are too few.
func (r *Reader) invalid() error {
	if r.sourceErr != nil && r.sourceErr != io.EOF { //nolint:errorlint // as io.Reader has it
		return r.sourceErr
	}
	return ErrInvalid
}

// refill makes at least 56 bits be held, if there are as many.
func (r *Reader) refill() {
	if len(r.in) >= 8 {
		n := (63 - r.held) / 8
		r.bits |= binary.LittleEndian.Uint64(r.in) << r.held
		r.held += 8 * n
		r.bits &= 1<<r.held - 1
		r.in = r.in[n:]
		return
	}
	for r.held < 56 && (len(r.in) > 0 || r.more()) {
		r.bits |= uint64(r.in[0]) << r.held
		r.held += 8
		r.in = r.in[1:]
	}
}

// more reads from the source when all has been used, and reports whether there is more.
func (r *Reader) more() bool {
	for len(r.in) == 0 && r.sourceErr == nil {
		var n int
		n, r.sourceErr = r.source.Read(r.buffer[:])
		r.in = r.buffer[:n]
	}
	return len(r.in) > 0
}

// take returns the next n bits, 32 at most.
func (r *Reader) take(n uint) (value uint, ok bool) {
	if r.held < n {
		r.refill()
	}
	if r.held < n {
		return 0, false
	}
	value = uint(r.bits & (1<<n - 1))
	r.drop(n)
	return value, true
}

func (r *Reader) drop(n uint) {
	r.bits >>= n
	r.held -= n
}
