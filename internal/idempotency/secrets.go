package idempotency

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// secrets keeps what a store holds from whoever can read it: names and messages are
// hashed with HMAC-SHA-256, answers sealed with AES-256-GCM.
type secrets struct {
	hashing []byte
	sealing cipher.AEAD
}

// newSecrets derives both keys from one secret.
func newSecrets(secret []byte) (*secrets, error) {
	hashing, err := hkdf.Key(sha256.New, secret, nil, "liveness-gateway idempotency hashing", sha256.Size)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "liveness-gateway idempotency sealing", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	sealing, err := cipher.NewGCMWithRandomNonce(block)
	return &secrets{hashing, sealing}, err
}

// digest hashes the parts. Their lengths are hashed too, so that no parts can be cut
// in another way to the same digest.
func (s *secrets) digest(parts ...[]byte) Digest {
	hash := hmac.New(sha256.New, s.hashing)
	for _, part := range parts {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		_, _ = hash.Write(length[:]) // it never fails
		_, _ = hash.Write(part)
	}
	return Digest(hash.Sum(nil))
}

// seal encrypts an answer so that it opens for this call only.
func (s *secrets) seal(call callID, answer []byte) []byte {
	return s.sealing.Seal(nil, nil, answer, call.bytes()) //nolint:gosec // it makes the nonce itself
}

// open returns what seal was given for the same call.
func (s *secrets) open(call callID, sealed []byte) ([]byte, error) {
	return s.sealing.Open(nil, nil, sealed, call.bytes())
}

// callID names a call: what comes under the same key, and what the same message says.
// Other messages under the key are for the store to refuse.
type callID struct{ name, message Digest }

func (s *secrets) callID(caller, key string, message [][]byte) callID {
	name := s.digest([]byte(caller), []byte(key))
	return callID{name, s.digest(slices.Concat([][]byte{name[:]}, message)...)}
}

func (c callID) bytes() []byte { return slices.Concat(c.name[:], c.message[:]) }
