package idempotency

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/liveness-gateway/gateway/internal/idempotency/workers"
)

const (
	// leaseGrace is how long a lease outlasts the deadline of its call, so that the call can end and
	// its answer reach the store.
	leaseGrace = 5 * time.Second
	// leaseSlack is how much shorter the grace may become: a call that lasts a little longer than was
	// known when the lease was taken is not worth another operation of the store.
	leaseSlack = time.Second
	// If the store fails, an answer, which may have cost money, is offered again until the grace is
	// over: first after firstAgain, then after twice as long each time, up to mostAgain.
	firstAgain, mostAgain = 20 * time.Millisecond, 500 * time.Millisecond
)

// The errors of a Keeper, in addition to *QuotaError. Any other is the call's own or the caller's context's.
var (
	// ErrReused is the error of a message other than the one that the key came with.
	ErrReused = errors.New("the idempotency key was used with another message")
	// ErrInProgress is the error of a key whose call is in flight where its answer
	// cannot be waited for, or whose answer is too old and will be gone from the store in a
	// moment. Later the key answers, or is free.
	ErrInProgress = errors.New("a call with the idempotency key is in flight")
	// ErrRunning is the error of a caller who left while the run goes on to its end, for
	// whoever comes next under the key. The caller's own reason is in it too.
	ErrRunning = errors.New("the call goes on without its caller")
	// ErrUnavailable is the error of a store that failed, or has no room.
	ErrUnavailable = errors.New("the store of idempotency keys failed")
)

// errOtherForm is why an answer that a process of another version has stored is useless.
var errOtherForm = errors.New("the key came with a message in the form of another version")

// errLeaseLost is the error of a store that loses each lease before its answer comes.
var errLeaseLost = errors.New("the lease was lost, and lost again")

// errTooLate is the error of a store that confirmed an answer only after the answer's end.
var errTooLate = errors.New("the store took the answer so late that it is of no use any more")

// Keeper runs the call of each key once. It is safe for concurrent use.
type Keeper struct {
	store       Store
	secrets     *secrets
	margin      time.Duration
	replayTime  time.Duration
	onDuplicate func()
	workers     workers.Pool

	mu      sync.Mutex
	flights map[callID]*flight
}

// DefaultMargin is how much life an answer must have left to be repeated, unless WithMargin
// says otherwise.
const DefaultMargin = 10 * time.Second

// DefaultReplayTime is how long an answer is repeated at most, unless WithReplayTime says
// otherwise.
const DefaultReplayTime = time.Hour

// Option changes a Keeper.
type Option func(*Keeper)

// WithMargin sets how much life an answer must have left to be repeated.
func WithMargin(margin time.Duration) Option { return func(k *Keeper) { k.margin = margin } }

// WithReplayTime sets how long an answer is repeated at most.
func WithReplayTime(most time.Duration) Option { return func(k *Keeper) { k.replayTime = most } }

// OnDuplicate sets a function that is called each time a key turns out to have another answer elsewhere.
func OnDuplicate(count func()) Option { return func(k *Keeper) { k.onDuplicate = count } }

// NewKeeper returns a keeper over the store. Keepers that share a store must also share the secret, at least
// 32 random bytes, with which keys and messages are hashed.
func NewKeeper(store Store, secret []byte, options ...Option) (*Keeper, error) {
	k := &Keeper{
		store: store, margin: DefaultMargin, replayTime: DefaultReplayTime,
		onDuplicate: func() {}, flights: make(map[callID]*flight),
	}
	for _, option := range options {
		option(k)
	}
	var err error
	k.secrets, err = newSecrets(secret)
	return k, err
}

// UseSealing sets the keys with which answers are sealed and opened from now on, also those of calls in
// flight. Until it is called there is one key, derived from the keeper's secret. An answer that was sealed
// with a key that is not among the new ones can no longer be opened: its call fails with ErrUnavailable.
func (k *Keeper) UseSealing(keys *Sealing) { k.secrets.sealing.Store(keys) }

// Do returns the answer for the call's key: it runs the call, waits for the run in flight for the same
// message, or repeats the answer of an earlier one. ctx must have a deadline.
//
// A run continues while any of its callers waits, even if the first has left, and while it is held (Hold).
// Whoever leaves meanwhile gets ErrRunning. An answer is repeated while it has the keeper's margin of life
// left, or for 10 min if it does not say when it expires, but no longer than the keeper's replay time. A
// failure goes to all who waited, and frees the key. A panic is a failure, a *PanicError.
//
// The key is leased until 5 s after the latest deadline of its callers, or after the end of the hold. A run
// that takes longer can be taken over, and then nobody gets its answer.
func (k *Keeper) Do(ctx context.Context, call Call) (Result, error) {
	id := k.secrets.callID(call.Caller, call.Key, call.Message)
	for {
		f, first := k.flight(ctx, id, call)
		if first != nil {
			return f.wait(ctx, first)
		}
		if w, moved := f.shared.join(ctx); w != nil {
			if moved { // in the background, because the answer may come first
				k.extendSoon(f)
			}
			call.release()
			result, err := f.wait(ctx, w)
			result.Outcome = result.Outcome.ofJoined()
			return result, err
		}
		if err := k.settle(ctx, f); err != nil {
			call.release()
			return Result{Outcome: Left}, err
		}
	}
}

// Shutdown waits until no run is in flight, whether or not someone waits for it. When ctx ends it cancels
// those that are left, and returns how many they were. Nobody must call Do any more.
func (k *Keeper) Shutdown(ctx context.Context) (cut int) {
	if k.workers.Wait(ctx) == nil {
		return 0
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, f := range k.flights {
		f.shared.close()
	}
	return len(k.flights)
}

// flight returns the call's flight and, if it is a new one, its first waiter.
func (k *Keeper) flight(ctx context.Context, id callID, call Call) (f *flight, first *waiter) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if f, inFlight := k.flights[id]; inFlight {
		return f, nil
	}
	f, first = newFlight(ctx, id, &call)
	f.shared.held = func() { k.extendSoon(f) }
	k.flights[id] = f
	k.workers.Run(func() { k.fly(f, call) })
	return f, first
}

// settle waits for the end of a flight that everyone has left. If it hangs, it is given up when its lease
// ends.
func (k *Keeper) settle(ctx context.Context, f *flight) error {
	select {
	case <-f.done:
	case <-time.After(time.Until(f.leaseEnd())):
		k.forget(f)
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

func (k *Keeper) forget(f *flight) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.flights[f.id] == f {
		delete(k.flights, f.id)
	}
}

// fly runs a flight to its end.
func (k *Keeper) fly(f *flight, call Call) {
	f.result, f.err = k.take(f, call.Run)
	call.release()
	k.forget(f)
	f.shared.close()
	close(f.done)
}

// take leases the key for the flight and makes the call, or returns what already stands under the key.
func (k *Keeper) take(f *flight, run Run) (Result, error) {
	end := f.leaseEnd()
	record, err := k.store.Lease(f.shared, f.id.name, f.lease, time.Until(end))
	if quota, ok := errors.AsType[*QuotaError](err); ok {
		return Result{Outcome: OverQuota}, quota
	}
	if err != nil {
		k.workers.Run(func() { k.release(f) }) // the lease may have been granted all the same
		return unavailable(err)
	}
	if !record.isLeaseOf(f.lease.Owner) {
		return k.stood(f, record)
	}
	f.leased.Store(&end)
	if f.outlasts() { // someone joined before there was a lease to extend
		k.extend(f.shared, f)
	}
	answer, err := f.run(run)
	if err != nil {
		k.release(f)
		return Result{Outcome: Failed}, err
	}
	return k.complete(f, answer)
}

// stood returns the result of a call whose key has a record that is not its own lease.
func (k *Keeper) stood(f *flight, record Record) (Result, error) {
	if record.Duplicate {
		k.onDuplicate()
	}
	switch {
	case record.Form != f.lease.Form:
		return unavailable(errOtherForm)
	case record.Message != f.id.message:
		return Result{Outcome: Reused}, ErrReused
	case record.Answer == nil:
		return Result{Outcome: InProgress}, ErrInProgress
	}
	answer, err := k.secrets.sealing.Load().open(f.id, record.Answer)
	switch {
	case err != nil:
		return unavailable(err)
	case !answer.useful(time.Now(), k.margin):
		return Result{Outcome: InProgress}, ErrInProgress
	}
	return Result{answer.Content, Replayed, record.Duplicate}, nil
}

// complete hands the answer to the store. Unless the store takes it, nobody gets it, because the key may
// come to have another.
func (k *Keeper) complete(f *flight, answer Answer) (Result, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(f.shared), leaseGrace)
	defer cancel()
	sealed := k.secrets.sealing.Load().close(f.id, answer)
	start := time.Now()
	end := answer.end(start, k.margin, k.replayTime)
	for pause := firstAgain; ; pause = min(2*pause, mostAgain) {
		record, err := k.put(ctx, f, sealed, end)
		switch {
		case err == nil && bytes.Equal(record.Answer, sealed) && end.After(start) && !time.Now().Before(end):
			return unavailable(errTooLate) // the key may have come to another meanwhile
		case err == nil && bytes.Equal(record.Answer, sealed):
			return Result{answer.Content, Issued, false}, nil
		case err == nil:
			record.Duplicate = true
			return k.stood(f, record)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return unavailable(err)
		}
	}
}

// put offers the answer to the store, and returns what stands under the key afterwards. If the lease is over
// or lost, it takes a new one, which it gets only if the key has no other answer.
func (k *Keeper) put(ctx context.Context, f *flight, sealed []byte, end time.Time) (Record, error) {
	record, err := k.store.Complete(ctx, f.id.name, f.lease, sealed, time.Until(end))
	if err != nil || record.Stands() {
		return record, err
	}
	record, err = k.store.Lease(ctx, f.id.name, f.lease, leaseGrace)
	if err != nil || !record.isLeaseOf(f.lease.Owner) {
		return record, err
	}
	record, err = k.store.Complete(ctx, f.id.name, f.lease, sealed, time.Until(end))
	if err == nil && !record.Stands() {
		err = errLeaseLost
	}
	return record, err
}

// extend extends the lease for as long as someone waits or the run is held. If it fails, the lease may be
// taken over, and then the store does not take this flight's answer.
func (k *Keeper) extend(ctx context.Context, f *flight) {
	end := f.leaseEnd()
	if held, err := k.store.Extend(ctx, f.id.name, f.lease, time.Until(end)); err == nil && held {
		f.leased.Store(&end)
	}
}

// extendSoon extends the lease in the background, if necessary, even if nobody waits any more but the run is
// held.
func (k *Keeper) extendSoon(f *flight) {
	if !f.outlasts() {
		return
	}
	k.workers.Run(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(f.shared), leaseGrace)
		defer cancel()
		k.extend(ctx, f)
	})
}

// release frees the key. If that fails, it is free when the lease ends.
func (k *Keeper) release(f *flight) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(f.shared), leaseGrace)
	defer cancel()
	_ = k.store.Release(ctx, f.id.name, f.lease)
}

func unavailable(cause error) (Result, error) {
	return Result{Outcome: Unavailable}, fmt.Errorf("%w: %w", ErrUnavailable, cause)
}
