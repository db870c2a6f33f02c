package idempotency

import (
	"context"
	"sync"
	"time"

	"github.com/liveness-gateway/gateway/internal/idempotency/ends"
)

const (
	// entryBytes is what an answered key takes in addition to its sealed answer: 160 for the entry,
	// 45 to 90 in the map, 8 to 16 in each heap of ends, and what the allocator rounds the answer
	// up by.
	entryBytes = 272
	// leaseBytes is reserved for the answer of a call in flight. Most answers have less than 1 KiB.
	leaseBytes = 16 << 10
	// sweep bounds how many expired records are dropped for a new one, so that no call pays for all
	// that expired before it.
	sweep = 8
)

// Memory is a Store for one process. It is safe for concurrent use.
//
// It is bounded and drops records only when they are over. Full, it refuses new keys
// with ErrFull: to drop an answer that is still alive would make its key issue a second
// one. What it holds at most is the keyed calls of a second times the seconds for
// which their answers live. With an answer of 400 bytes, of which 37 are its seal's, a key
// takes about 670 bytes, and 2^20 keys take 670 MiB. Of a caller's keys it may hold fewer
// (LimitCallers), lest one takes all the room.
type Memory struct {
	maxEntries, maxBytes int

	mu      sync.Mutex
	entries map[Digest]*entry
	ends    *ends.Heap[*entry]
	bytes   int
	callers map[string]*holder
}

// NewMemory returns an empty store of at most so many records, which together take about maxBytes;
// an answer that is larger than what was reserved for it may take more.
func NewMemory(maxEntries, maxBytes int) *Memory {
	return &Memory{maxEntries: maxEntries, maxBytes: maxBytes, ends: newEnds(0), entries: make(map[Digest]*entry), callers: make(map[string]*holder)}
}

// LimitCallers bounds how many records, leases and answers, the named callers may have; others are
// not bounded. A caller's records are counted from the first bound on. It may be called again, with
// all names.
func (m *Memory) LimitCallers(most map[string]int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name, h := range m.callers {
		h.most = most[name]
	}
	for name, n := range most {
		if m.callers[name] == nil {
			m.callers[name] = &holder{most: n, ends: newEnds(1)}
		}
	}
}

// KeysOf returns how many records a caller has, 0 for one that LimitCallers has not named. If many
// expire at once, some still count until the next calls.
func (m *Memory) KeysOf(caller string) int {
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	h := m.callers[caller]
	if h == nil {
		return 0
	}
	m.dropOver(h.ends, now)
	return h.ends.Len()
}

// Held returns how many records there are, and how many bytes they take. Expired ones count until
// their room is needed.
func (m *Memory) Held() (records, bytes int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.entries), m.bytes
}

// Lease puts the lease under the name if there is no record.
func (m *Memory) Lease(_ context.Context, name Digest, lease Record, ttl time.Duration) (Record, error) {
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.find(name, now); e != nil {
		if e.isLeaseOf(lease.Owner) {
			m.extend(e, now.Add(ttl))
		}
		return e.record(now), nil
	}
	added := &entry{name: name, message: lease.Message, form: lease.Form, owner: lease.Owner, end: now.Add(ttl), caller: m.callers[lease.Caller]}
	if err := m.makeRoom(added, now); err != nil {
		return Record{}, err
	}
	m.add(added)
	return added.record(now), nil
}

// Extend makes the lease last for ttl from now, and never shortens it.
func (m *Memory) Extend(_ context.Context, name Digest, lease Record, ttl time.Duration) (held bool, err error) {
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.lease(name, lease.Owner, now)
	if e == nil {
		return false, nil
	}
	m.extend(e, now.Add(ttl))
	return true, nil
}

// Complete puts the answer in place of the lease.
func (m *Memory) Complete(_ context.Context, name Digest, lease Record, answer []byte, ttl time.Duration) (Record, error) {
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.find(name, now)
	switch {
	case e == nil:
		return Record{}, nil
	case !e.isLeaseOf(lease.Owner):
		return e.record(now), nil
	}
	m.bytes -= e.bytes()
	e.answer, e.end = answer, now.Add(max(ttl, 0))
	e.owner = "" // an answer is nobody's, and may stay for a day
	m.bytes += e.bytes()
	m.moved(e)
	return e.record(now), nil
}

// Release removes the lease.
func (m *Memory) Release(_ context.Context, name Digest, lease Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.lease(name, lease.Owner, time.Now()); e != nil {
		m.drop(e)
	}
	return nil
}

// find returns what stands under the name, nil if nothing does.
func (m *Memory) find(name Digest, now time.Time) *entry {
	e := m.entries[name]
	if e != nil && e.over(now) {
		m.drop(e)
		return nil
	}
	return e
}

// lease returns the owner's lease, nil if it has none.
func (m *Memory) lease(name Digest, owner string, now time.Time) *entry {
	if e := m.find(name, now); e != nil && e.isLeaseOf(owner) {
		return e
	}
	return nil
}

func (m *Memory) extend(e *entry, end time.Time) {
	if end.After(e.end) {
		e.end = end
		m.moved(e)
	}
}

// makeRoom drops records that are over. Its error says why there is no room for the entry.
func (m *Memory) makeRoom(added *entry, now time.Time) error {
	if h := added.caller; h != nil && h.most > 0 {
		m.dropOver(h.ends, now)
		if h.ends.Len() >= h.most {
			return &QuotaError{Wait: h.ends.First().end.Sub(now)}
		}
	}
	m.dropOver(m.ends, now)
	if len(m.entries) >= m.maxEntries || m.bytes+added.bytes() > m.maxBytes {
		return ErrFull
	}
	return nil
}

func (m *Memory) dropOver(from *ends.Heap[*entry], now time.Time) {
	for range sweep {
		e, over := from.Over(now)
		if !over {
			return
		}
		m.drop(e)
	}
}

func (m *Memory) add(e *entry) {
	m.entries[e.name] = e
	m.bytes += e.bytes()
	m.ends.Add(e)
	if e.caller != nil {
		e.caller.ends.Add(e)
	}
}

// moved follows a change of the entry's end.
func (m *Memory) moved(e *entry) {
	m.ends.Moved(e)
	if e.caller != nil {
		e.caller.ends.Moved(e)
	}
}

func (m *Memory) drop(e *entry) {
	delete(m.entries, e.name)
	m.bytes -= e.bytes()
	m.ends.Remove(e)
	if e.caller != nil {
		e.caller.ends.Remove(e)
	}
}
