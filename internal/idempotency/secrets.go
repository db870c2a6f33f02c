package idempotency

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"io"
	"slices"
	"sync"
	"sync/atomic"
)

// secrets protects what a store holds from whoever can read it: names and messages are hashed
// with HMAC-SHA-256, answers sealed with AES-256-GCM.
type secrets struct {
	sealing atomic.Pointer[Sealing]
	marking cipher.AEAD
	hashes  sync.Pool // of hash.Hash, HMACs
	markers sync.Pool // of *marker
}

// blockBytes is the part of a message's part that is marked at a time. Parts as short as
// that are hashed as they are.
const blockBytes = 64 << 10

// newSecrets derives what names and messages are hashed with from the naming secret, and what
// answers are sealed with.
func newSecrets(naming []byte) (*secrets, error) {
	hashing, err := hkdf.Key(sha256.New, naming, nil, "liveness-gateway idempotency hashing", sha256.Size)
	if err != nil {
		return nil, err
	}
	sealing, err := NewSealing(naming)
	if err != nil {
		return nil, err
	}
	marking, err := newGCM(naming, "marking", cipher.NewGCM)
	if err != nil {
		return nil, err
	}
	s := &secrets{
		marking: marking,
		hashes:  sync.Pool{New: func() any { return hmac.New(sha256.New, hashing) }},
		markers: sync.Pool{New: func() any { return new(marker) }},
	}
	s.sealing.Store(sealing)
	return s, nil
}

func newGCM(secret []byte, purpose string, mode func(cipher.Block) (cipher.AEAD, error)) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "liveness-gateway idempotency "+purpose, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return mode(block)
}

// digest hashes the parts. Their lengths are hashed too, so that no parts can be cut
// in another way to the same digest.
func (s *secrets) digest(parts ...Part) Digest {
	mac := s.hashes.Get().(hash.Hash)
	defer s.hashes.Put(mac)
	mac.Reset()
	for _, part := range parts {
		total := 0
		for _, piece := range part {
			total += len(piece)
		}
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(total))
		_, _ = mac.Write(length[:]) // it never fails
		if total > blockBytes {
			s.mark(mac, part)
			continue
		}
		for _, piece := range part {
			_, _ = mac.Write(piece)
		}
	}
	return Digest(mac.Sum(nil))
}

// mark hashes a tag of each block of a long part instead of the part itself, which would
// cost more than all else that is done for a photo. The tags are AES-GCM's, with one
// nonce: that is safe as long as nobody sees them, and nobody does.
func (s *secrets) mark(mac io.Writer, part Part) {
	m := s.markers.Get().(*marker)
	defer s.markers.Put(m)
	defer clear(m.block[:]) // it holds a photo
	filled := 0
	for _, piece := range part {
		for len(piece) > 0 {
			if filled == 0 && len(piece) >= blockBytes { // where it lies
				m.mark(mac, s.marking, piece[:blockBytes])
				piece = piece[blockBytes:]
				continue
			}
			n := copy(m.block[filled:], piece)
			filled, piece = filled+n, piece[n:]
			if filled == blockBytes {
				m.mark(mac, s.marking, m.block[:])
				filled = 0
			}
		}
	}
	m.mark(mac, s.marking, m.block[:filled])
}

// marker is the memory for marking a part.
type marker struct {
	block [blockBytes]byte
	nonce [12]byte // zero
	tag   [16]byte
}

// mark hashes the tag of a block.
func (m *marker) mark(mac io.Writer, marking cipher.AEAD, block []byte) {
	_, _ = mac.Write(marking.Seal(m.tag[:0], m.nonce[:], nil, block)) // it never fails
}

// callID names a call: what comes under the same key, and what the same message says.
// Other messages under the key are for the store to refuse.
type callID struct{ name, message Digest }

func (s *secrets) callID(caller, key string, message []Part) callID {
	name := s.digest(Part{[]byte(caller)}, Part{[]byte(key)})
	return callID{name, s.digest(slices.Concat([]Part{{name[:]}}, message)...)}
}
