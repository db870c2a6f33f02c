package idempotency

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"
)

// ErrFull is the error of a store that has no room for another key.
var ErrFull = errors.New("no room for another idempotency key")

// Digest is a keyed hash: without the key it tells nothing of what it was made of.
type Digest [sha256.Size]byte

// Record is what a store keeps of a key: the lease of a call in flight, afterwards its
// answer. Nothing in it is in clear.
type Record struct {
	// Message is the digest of the message that came with the key.
	Message Digest
	// Owner tells whose lease it is; no two calls have the same.
	Owner string
	// Answer is sealed; nil while the call is in flight.
	Answer []byte
	// End is when the lease or the answer is over. Then the key is free: a record that
	// is over is as good as none.
	End time.Time
}

// Store keeps at most one record under each name. A name is the digest of a caller and
// its key.
//
// Every method is atomic: of several in progress for one name, in whatever processes
// share the store, each sees all or nothing of the others. All are safe for concurrent
// use and return at the latest when their context ends. An error leaves open whether
// the method has done its work. Nobody changes the bytes of an answer, neither whoever
// handed it in nor whoever got it.
type Store interface {
	// Lease puts the lease under the name if there is no record. It returns the record
	// that stands there afterwards: the lease, or what was in its way.
	Lease(ctx context.Context, name Digest, lease Record) (Record, error)
	// Extend moves the end of the owner's lease, never to an earlier time. If the
	// owner has no lease there, it does nothing.
	Extend(ctx context.Context, name Digest, owner string, end time.Time) error
	// Complete puts the answer in the place of the owner's lease, until end. If the
	// owner has no lease there, it does nothing and returns false. A store that has
	// granted a lease has room for its answer.
	Complete(ctx context.Context, name Digest, owner string, answer []byte, end time.Time) (bool, error)
	// Release removes the owner's lease. If the owner has none there, it does nothing.
	Release(ctx context.Context, name Digest, owner string) error
}
