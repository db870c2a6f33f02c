package idempotency

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"time"
)

// sealVersion is the first byte of every sealed answer. Behind it come the id of the key,
// the nonce and what AES-GCM makes of when the answer expires and of its content.
const sealVersion = 1

// expiresBytes are before the content: the Unix time in milliseconds, 0 if it is not known.
const expiresBytes = 8

// keyIDBytes is so many that two keys of an operator never have the same id.
const keyIDBytes = 8

// errSeal is the error of an answer that no key at hand opens.
var errSeal = errors.New("the stored answer was not sealed with a key that is configured, or was changed")

// Sealing is the keys that open answers. The first of them also seals them.
type Sealing struct{ seals []seal }

// seal is a key and what stands before all that it sealed.
type seal struct {
	header []byte
	aead   cipher.AEAD
}

// NewSealing returns what the keys make, one or more of 32 random bytes at least.
func NewSealing(keys ...[]byte) (*Sealing, error) {
	made := make([]seal, len(keys))
	for i, key := range keys {
		id, err := hkdf.Key(sha256.New, key, nil, "liveness-gateway idempotency sealing key id", keyIDBytes)
		if err != nil {
			return nil, err
		}
		aead, err := newGCM(key, "sealing", cipher.NewGCMWithRandomNonce)
		if err != nil {
			return nil, err
		}
		made[i] = seal{append([]byte{sealVersion}, id...), aead}
	}
	return &Sealing{made}, nil
}

// close encrypts an answer so that it opens for this call only.
func (s *Sealing) close(call callID, answer Answer) []byte {
	first := &s.seals[0]
	header := first.header
	plain := make([]byte, expiresBytes, expiresBytes+len(answer.Content))
	if !answer.Expires.IsZero() {
		binary.BigEndian.PutUint64(plain, uint64(answer.Expires.UnixMilli()))
	}
	plain = append(plain, answer.Content...)
	sealed := make([]byte, len(header), len(header)+len(plain)+first.aead.Overhead())
	copy(sealed, header)
	return first.aead.Seal(sealed, nil, plain, call.sealedWith(header)) //nolint:gosec // it makes the nonce itself
}

// open returns what close was given for the same call.
func (s *Sealing) open(call callID, sealed []byte) (Answer, error) {
	if len(sealed) < 1+keyIDBytes {
		return Answer{}, errSeal
	}
	header, content := sealed[:1+keyIDBytes], sealed[1+keyIDBytes:]
	for _, seal := range s.seals {
		if slices.Equal(seal.header, header) {
			plain, err := seal.aead.Open(nil, nil, content, call.sealedWith(header))
			if err != nil || len(plain) < expiresBytes {
				return Answer{}, errSeal
			}
			return answerOf(plain), nil
		}
	}
	return Answer{}, errSeal
}

func answerOf(plain []byte) Answer {
	answer := Answer{Content: plain[expiresBytes:]}
	if expires := binary.BigEndian.Uint64(plain); expires != 0 {
		answer.Expires = time.UnixMilli(int64(expires))
	}
	return answer
}

// sealedWith is the additional data that binds an answer to its call.
func (c callID) sealedWith(header []byte) []byte {
	return slices.Concat(header, c.name[:], c.message[:])
}
