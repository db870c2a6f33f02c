package idempotency

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"
)

// ErrFull is the error of a store that has no room for another key.
var ErrFull = errors.New("no room for another idempotency key")

// QuotaError is the error of a store that holds as many keys of a caller as it may have.
type QuotaError struct {
	// Wait is how long it takes at most until one of them is free; it is positive.
	Wait time.Duration
}

// Error does not tell the caller.
func (e *QuotaError) Error() string { return "the caller has too many idempotency keys" }

// Digest is a keyed hash: without the key it says nothing about its input.
type Digest [sha256.Size]byte

// Record is what a store holds for a key: the lease of a call in flight, afterwards its answer. Nothing in
// it is in clear.
type Record struct {
	// Message is the digest of the message that came with the key, Form the version of the
	// form that it was in: digests of two forms cannot be compared.
	Message Digest
	Form    uint16
	// Owner tells whose lease it is; no two calls have the same.
	Owner string
	// Caller is whose key it is, of a lease that is handed in: a store may bound how many a
	// caller has. No store shows it.
	Caller string
	// Answer is sealed; nil while the call is in flight.
	Answer []byte
	// Left is how long the record will stand yet, of one that a store returns. It says
	// nothing of one that is handed in.
	Left time.Duration
	// Duplicate says that a returned answer is not the only one: another stands elsewhere.
	Duplicate bool
}

// Stands reports whether there is a record: the zero value is none.
func (r *Record) Stands() bool { return r.Owner != "" || r.Answer != nil }

// isLeaseOf reports whether the record is the owner's lease.
func (r *Record) isLeaseOf(owner string) bool { return r.Answer == nil && r.Owner == owner }

// answers reports whether the record is an answer to the message of the lease.
func (r *Record) answers(lease *Record) bool {
	return r.Answer != nil && r.Message == lease.Message && r.Form == lease.Form
}

// Store keeps at most one record under each name. A name is the digest of a caller and
// its key. How long a record stands is told by its time to live alone, which begins when
// the store does what it is asked: whose clock is right never matters. When it is over, the
// name is free: a record that is over is as good as none.
//
// Every method is atomic: of several in progress for one name, in whatever processes
// share the store, each sees all or nothing of the others. All are safe for concurrent
// use and return at the latest when their context ends. An error leaves open whether
// the method has done its work, now or later; each may be called again, with the same
// effect as once. Nobody changes the bytes of an answer, neither whoever handed it in nor
// whoever got it.
type Store interface {
	// Lease puts the lease under the name if there is no record, or if it stands there
	// already. It returns what stands there afterwards: the lease, or what was in its way.
	Lease(ctx context.Context, name Digest, lease Record, ttl time.Duration) (Record, error)
	// Extend makes the lease last for ttl from now, and never shortens it. It reports whether the
	// lease still stood; if not, it does nothing.
	Extend(ctx context.Context, name Digest, lease Record, ttl time.Duration) (held bool, err error)
	// Complete puts the answer in place of the lease, for ttl, and returns what stands
	// there afterwards: the answer, also if an earlier call has put it there; another
	// record if the lease was lost to it; none if the lease is over or was lost. A ttl that
	// is not positive frees the name. A store that has granted a lease has room for its
	// answer.
	Complete(ctx context.Context, name Digest, lease Record, answer []byte, ttl time.Duration) (Record, error)
	// Release removes the lease. If it does not stand there, it does nothing.
	Release(ctx context.Context, name Digest, lease Record) error
}
