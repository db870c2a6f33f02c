package idempotency

import (
	"bytes"
	"context"
	"time"
)

// Replica is the Store of one of several processes that share another. It also remembers what this
// process has answered, so that the process never gives a key two answers, whatever the shared
// store loses, and can repeat answers while that is down.
//
// What the shared store has lost it gets back from whoever remembers it. If another process
// has answered the key meanwhile, each goes on to repeat its own answer; whoever finds out
// says that it is a duplicate.
type Replica struct {
	own    *Memory
	shared Store
}

// NewReplica returns the store of a process. Own must be empty, and where it has no room for a
// key its error is the replica's, also if the shared store knows the key.
func NewReplica(own *Memory, shared Store) *Replica { return &Replica{own, shared} }

// Lease puts the lease under the name if neither store has a record.
func (r *Replica) Lease(ctx context.Context, name Digest, lease Record, ttl time.Duration) (Record, error) {
	asked := time.Now()
	record, err := r.own.Lease(ctx, name, lease, ttl)
	switch {
	case err != nil:
		return Record{}, err
	case record.Answer != nil:
		return r.restore(ctx, name, record, asked.Add(record.Left)), nil
	case !record.isLeaseOf(lease.Owner):
		return record, nil
	}
	asked = time.Now()
	record, err = r.shared.Lease(ctx, name, lease, ttl)
	if err == nil && record.isLeaseOf(lease.Owner) {
		return record, nil
	}
	if err == nil && record.answers(&lease) {
		return r.remember(ctx, name, lease, record, asked.Add(record.Left))
	}
	_ = r.own.Release(ctx, name, lease)
	return record, err
}

// restore returns an answer of this process, which stands until end, and brings it back to
// the shared store if that has lost it. One that is down changes nothing.
func (r *Replica) restore(ctx context.Context, name Digest, answered Record, end time.Time) Record {
	lease := Record{Message: answered.Message, Form: answered.Form, Owner: restorer}
	stands, err := r.shared.Lease(ctx, name, lease, restoreTime)
	if err != nil {
		return answered
	}
	if stands.isLeaseOf(restorer) {
		stands, err = r.shared.Complete(ctx, name, lease, answered.Answer, time.Until(end))
	}
	answered.Duplicate = err == nil && stands.Answer != nil && !bytes.Equal(stands.Answer, answered.Answer)
	return answered
}

// restorer owns the leases under which lost answers are brought back, for restoreTime. Two
// processes that bring an answer back at once may share one: their answers are the same, or
// the second one finds the first one's.
const (
	restorer    = "restores"
	restoreTime = time.Second
)

// remember keeps an answer of the shared store here too, until end. If this process already
// remembers another one, that stands.
func (r *Replica) remember(ctx context.Context, name Digest, lease, answered Record, end time.Time) (Record, error) {
	own, err := r.own.Complete(ctx, name, lease, answered.Answer, time.Until(end))
	if err == nil && !own.Stands() { // the lease here is over: it began before the shared one
		if own, err = r.own.Lease(ctx, name, lease, restoreTime); err == nil && own.isLeaseOf(lease.Owner) {
			own, err = r.own.Complete(ctx, name, lease, answered.Answer, time.Until(end))
		}
	}
	switch {
	case err != nil:
		return Record{}, err
	case own.Answer != nil && !bytes.Equal(own.Answer, answered.Answer):
		own.Duplicate = true
		return own, nil
	}
	return answered, nil
}

// Extend makes the lease last for ttl from now in both stores. If the shared store has lost it, it
// is put there again.
func (r *Replica) Extend(ctx context.Context, name Digest, lease Record, ttl time.Duration) (held bool, err error) {
	if held, err = r.own.Extend(ctx, name, lease, ttl); err != nil || !held {
		return held, err
	}
	if held, err = r.shared.Extend(ctx, name, lease, ttl); err != nil || held {
		return held, err
	}
	stands, err := r.shared.Lease(ctx, name, lease, ttl)
	if err != nil || !stands.isLeaseOf(lease.Owner) {
		return false, err
	}
	if held, err = r.own.Extend(ctx, name, lease, ttl); err == nil && !held { // it ended meanwhile
		return false, r.shared.Release(ctx, name, lease)
	}
	return held, err
}

// Complete puts the answer in place of the lease in both stores.
func (r *Replica) Complete(ctx context.Context, name Digest, lease Record, answer []byte, ttl time.Duration) (Record, error) {
	asked := time.Now()
	record, err := r.shared.Complete(ctx, name, lease, answer, ttl)
	if err != nil || !record.answers(&lease) {
		return record, err
	}
	return r.remember(ctx, name, lease, record, asked.Add(record.Left))
}

// Release removes the lease from both stores.
func (r *Replica) Release(ctx context.Context, name Digest, lease Record) error {
	_ = r.own.Release(ctx, name, lease) // it never fails
	return r.shared.Release(ctx, name, lease)
}
