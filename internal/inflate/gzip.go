package inflate

import "hash/crc32"

// Flags of a member's header (RFC 1952, section 2.3.1).
const (
	flagSum = 1 << (iota + 1)
	flagExtra
	flagName
	flagComment
)

// maxText is how long a name or a comment may be with its NUL, as in compress/gzip.
const maxText = 512

// header is what is read of a member's header.
type header struct {
	*Reader

	// digest is of what has been read.
	digest uint32
	failed bool
}

// bytes returns the next n bytes, four at most, as a number.
func (h *header) bytes(n uint) uint {
	value, ok := h.take(8 * n)
	if !ok {
		h.failed = true
	}
	for i := range n {
		h.digest = ^h.digest
		h.digest = ^(crc32.IEEETable[byte(h.digest)^byte(value>>(8*i))] ^ h.digest>>8)
	}
	return value
}

// text passes over a text that ends with NUL.
func (h *header) text() {
	for range maxText {
		if h.bytes(1) == 0 {
			return
		}
	}
	h.failed = true
}

// member begins a member.
func (r *Reader) member() error {
	r.members--
	if r.members < 0 {
		return ErrInvalid
	}
	h := header{Reader: r}
	if h.bytes(3) != 0x08_8b_1f || h.failed {
		return r.invalid()
	}
	flags := h.bytes(1)
	h.bytes(4) // when
	h.bytes(2) // how, and where
	if flags&flagExtra != 0 {
		for n := h.bytes(2); n > 0 && !h.failed; n-- {
			h.bytes(1)
		}
	}
	if flags&flagName != 0 {
		h.text()
	}
	if flags&flagComment != 0 {
		h.text()
	}
	if flags&flagSum != 0 {
		want := h.digest & 0xffff
		if uint(want) != h.bytes(2) {
			h.failed = true
		}
	}
	if h.failed {
		return r.invalid()
	}
	r.before, r.digest = -r.pos, 0
	r.next = (*Reader).block
	return nil
}

// trailer ends a member.
func (r *Reader) trailer() error {
	r.drop(r.held % 8)
	r.sum()
	digest, _ := r.take(32)
	size, ok := r.take(32)
	if !ok || uint32(digest) != r.digest || uint32(size) != uint32(r.before+r.pos) {
		return r.invalid()
	}
	r.refill()
	if r.held == 0 {
		return r.sourceErr
	}
	r.next = (*Reader).member
	return nil
}
