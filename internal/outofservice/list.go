package outofservice

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Store is where replicas share the list, as a text.
type Store interface {
	// Load returns the text, "" if there is none.
	Load(ctx context.Context) (string, error)
	// Swap replaces the text before by another, for ttl, and reports whether before was still
	// there. An empty text means none.
	Swap(ctx context.Context, before, after string, ttl time.Duration) (bool, error)
}

var (
	// ErrFull is the error of a list that has MaxEntries.
	ErrFull = fmt.Errorf("at most %d entries may be out of service at once: put some back, or use out_of_service in the configuration", MaxEntries)
	// ErrUnknown is the error of removing an entry that is not in the list.
	ErrUnknown = errors.New("nothing was taken out of service by that account and product; what the configuration takes out, it alone puts back")

	errTooLong   = errors.New("the shared list is longer than one can be")
	errContended = errors.New("other replicas changed the list at the same time")
)

// swaps is how often a change is tried while other replicas make theirs.
const swaps = 5

// maxTextBytes is more than a list can take.
const maxTextBytes = MaxEntries * 4096

// List is what is out of service at the moment. It is safe for concurrent use.
type List struct {
	store Store // nil if replicas share nothing
	now   func() time.Time

	// entries are read without a lock.
	entries atomic.Pointer[[]Entry]

	changing sync.Mutex
	// shared is the text last seen in the store; pending are this replica's changes that are not in
	// it yet.
	shared  string
	pending []change
}

// change is an entry that is put into the list, or taken from it.
type change struct {
	entry   Entry
	removed bool
}

// New returns an empty list. Replicas share its entries over the store, which may be nil.
func New(store Store) *List {
	l := &List{store: store, now: time.Now}
	l.entries.Store(&[]Entry{})
	return l
}

// Entries are those that are not over, by account and product.
func (l *List) Entries() []Entry { return current(*l.entries.Load(), l.now()) }

// Reason returns why a target of the account and product is out of service, "" if it is not.
func (l *List) Reason(account, product string) string {
	now := l.now()
	for _, e := range *l.entries.Load() {
		if e.covers(account, product) && now.Before(e.Until) {
			return e.Reason
		}
	}
	return ""
}

// Put adds an entry, replacing one about the same. It holds here at once, even if the other
// replicas cannot be told yet; shared says that they are, or that there are none to tell.
func (l *List) Put(ctx context.Context, e Entry) (shared bool, err error) {
	l.changing.Lock()
	defer l.changing.Unlock()
	if err := e.Check(l.now()); err != nil {
		return false, err
	}
	if len(without(*l.entries.Load(), &e, l.now())) >= MaxEntries {
		return false, ErrFull
	}
	return l.change(ctx, change{entry: e}), nil
}

// Remove takes an entry away before it is over.
func (l *List) Remove(ctx context.Context, account, product string) (shared bool, err error) {
	l.changing.Lock()
	defer l.changing.Unlock()
	gone := Entry{Account: account, Product: product}
	if !slices.ContainsFunc(l.Entries(), func(e Entry) bool { return e.Same(gone) }) {
		return false, ErrUnknown
	}
	return l.change(ctx, change{gone, true}), nil
}

// Sync applies other replicas' changes, tells them this one's, and drops what is over. If the store
// fails, the entries stay as they are.
func (l *List) Sync(ctx context.Context) error {
	l.changing.Lock()
	defer l.changing.Unlock()
	return l.sync(ctx)
}

func (l *List) change(ctx context.Context, c change) (shared bool) {
	l.pending = slices.DeleteFunc(l.pending, func(earlier change) bool { return earlier.entry.Same(c.entry) })
	l.pending = append(l.pending, c)
	l.set(apply(*l.entries.Load(), l.pending, l.now()))
	return l.sync(ctx) == nil
}

func (l *List) set(entries []Entry) { l.entries.Store(&entries) }

func (l *List) sync(ctx context.Context) error {
	if l.store == nil {
		l.pending = nil
		l.set(l.Entries())
		return nil
	}
	if len(l.pending) == 0 {
		return l.load(ctx)
	}
	for range swaps {
		if err := l.load(ctx); err != nil {
			return err
		}
		entries := *l.entries.Load()
		text := encode(entries)
		swapped, err := l.store.Swap(ctx, l.shared, text, longest(entries, l.now()))
		if err != nil {
			return err
		}
		if swapped {
			l.shared, l.pending = text, nil
			return nil
		}
	}
	return errContended
}

// load reads the store, and adds the changes that are not there yet. If the store cannot be read,
// what was last read holds.
func (l *List) load(ctx context.Context) error {
	text, err := l.store.Load(ctx)
	var entries []Entry
	if err == nil {
		entries, err = decode(text, l.now())
	}
	if err != nil {
		l.set(apply(*l.entries.Load(), l.pending, l.now()))
		return err
	}
	l.shared = text
	l.set(apply(entries, l.pending, l.now()))
	return nil
}

// apply returns the entries with the changes, MaxEntries at most: those that end last stay.
func apply(entries []Entry, changes []change, now time.Time) []Entry {
	entries = current(entries, now)
	for i := range changes {
		c := &changes[i]
		entries = without(entries, &c.entry, now)
		if !c.removed && now.Before(c.entry.Until) {
			entries = append(entries, c.entry)
		}
	}
	if len(entries) > MaxEntries {
		slices.SortFunc(entries, func(a, b Entry) int { return b.Until.Compare(a.Until) })
		entries = entries[:MaxEntries]
	}
	slices.SortFunc(entries, inOrder)
	return entries
}

func encode(entries []Entry) string {
	if len(entries) == 0 {
		return ""
	}
	text, _ := json.Marshal(entries) // texts and times, which JSON has
	return string(text)
}

// decode leaves out what nobody could have put into the list.
func decode(text string, now time.Time) (entries []Entry, err error) {
	switch {
	case text == "":
		return nil, nil
	case len(text) > maxTextBytes:
		return nil, errTooLong
	}
	err = json.Unmarshal([]byte(text), &entries)
	return slices.DeleteFunc(entries, func(e Entry) bool { return e.valid(now) != nil }), err
}

func longest(entries []Entry, now time.Time) (ttl time.Duration) {
	for i := range entries {
		ttl = max(ttl, entries[i].Until.Sub(now))
	}
	return ttl
}
