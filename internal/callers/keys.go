package callers

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// renewal is how old a key set gets before it is read again, and so how long a withdrawn key
	// may still be accepted.
	renewal = 5 * time.Minute
	// leastRenewal is the least time between two readings, even if a set cannot be read or a
	// token's key is unknown.
	leastRenewal = 10 * time.Second
	// renewalWait is how long a token whose key is unknown waits for the set.
	renewalWait = time.Second
)

// keys are an issuer's keys. They are renewed regularly and, within bounds, when a token's key is
// unknown. A set that cannot be read or used does not replace them.
type keys struct {
	source     source
	algorithms []string
	issuer     string
	report     func(issuer string, err error)
	current    atomic.Pointer[keySet] // nil until it has been read

	mu sync.Mutex
	// begun is when the last reading began.
	begun time.Time
	// wanted is closed when a reading that is under way or asked for has ended; nil if there
	// is none.
	wanted chan struct{}
	ask    chan struct{}
}

// find returns the key of that name. An unknown one may be new: find then has the set read again,
// if the last time is long enough ago, and waits a little for it.
func (k *keys) find(ctx context.Context, name keyName) (verifyingKey, bool) {
	if key, ok := k.known(name); ok {
		return key, true
	}
	renewed := k.renew()
	if renewed == nil {
		return verifyingKey{}, false
	}
	ctx, cancel := context.WithTimeout(ctx, renewalWait)
	defer cancel()
	select {
	case <-renewed:
	case <-ctx.Done():
	}
	return k.known(name)
}

func (k *keys) known(name keyName) (verifyingKey, bool) {
	set := k.current.Load()
	if set == nil {
		return verifyingKey{}, false
	}
	key, ok := set.keys[name]
	return key, ok
}

// renew asks for the set to be read, and returns a channel that is closed afterwards; nil if the
// set was read too recently.
func (k *keys) renew() <-chan struct{} {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.wanted == nil {
		if time.Since(k.begun) < leastRenewal {
			return nil
		}
		k.wanted = make(chan struct{})
		k.ask <- struct{}{} // there is room: nothing was wanted
	}
	return k.wanted
}

// run reads the set when it is due until ctx ends.
func (k *keys) run(ctx context.Context) {
	for next := k.due(); ; next = k.renewed(ctx) {
		timer := time.NewTimer(next)
		select {
		case <-timer.C:
		case <-k.ask:
		case <-ctx.Done():
		}
		timer.Stop()
		if ctx.Err() != nil {
			return
		}
	}
}

// renewed reads the set and returns when it is due again.
func (k *keys) renewed(ctx context.Context) (next time.Duration) {
	err := k.read(ctx)
	if err == nil || ctx.Err() != nil {
		return renewal
	}
	if k.report != nil {
		k.report(k.issuer, err)
	}
	return leastRenewal
}

// read reads the set once.
func (k *keys) read(ctx context.Context) error {
	k.mu.Lock()
	k.begun = time.Now()
	if k.wanted == nil {
		k.wanted = make(chan struct{})
	}
	k.mu.Unlock()
	defer func() {
		k.mu.Lock()
		close(k.wanted)
		k.wanted = nil
		select {
		case <-k.ask: // it asked for this
		default:
		}
		k.mu.Unlock()
	}()
	text, err := k.source.read(ctx)
	if err != nil {
		return err
	}
	if last := k.current.Load(); last != nil && last.text == string(text) {
		return nil // tokens that were verified hold
	}
	set, err := parseKeySet(text, k.algorithms)
	if err != nil {
		return fmt.Errorf("%v %w", k.source, err)
	}
	k.current.Store(set)
	return nil
}
