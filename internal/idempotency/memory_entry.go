package idempotency

import (
	"container/heap"
	"time"
)

// entry is a record in memory. Its fields are in the order in which they take least.
type entry struct {
	name, message Digest
	owner         string
	answer        []byte
	end           time.Time
	caller        *holder // nil if its keys are not counted
	place         [2]int32
	form          uint16
}

func (e *entry) over(now time.Time) bool { return !now.Before(e.end) }

// record is what the store shows of the entry.
func (e *entry) record(now time.Time) Record {
	return Record{Message: e.message, Form: e.form, Owner: e.owner, Answer: e.answer, Left: e.end.Sub(now)}
}

func (e *entry) isLeaseOf(owner string) bool { return e.answer == nil && e.owner == owner }

func (e *entry) bytes() int {
	if e.answer == nil {
		return entryBytes + leaseBytes
	}
	return entryBytes + len(e.answer)
}

// The heaps that an entry is in: that of all, and that of its caller if its keys are counted.
const (
	ofAll = iota
	ofCaller
)

// byEnd is a heap of entries, the one that is over first on top: a heap.Interface. An entry
// knows its place in each heap.
type byEnd struct {
	entries []*entry
	which   int
}

// push adds an entry, fix follows a change of its end, remove takes it out.
func (h *byEnd) push(e *entry)   { heap.Push(h, e) }
func (h *byEnd) fix(e *entry)    { heap.Fix(h, int(e.place[h.which])) }
func (h *byEnd) remove(e *entry) { heap.Remove(h, int(e.place[h.which])) }

// over returns the entry that is over first, nil if none is over.
func (h *byEnd) over(now time.Time) *entry {
	if len(h.entries) == 0 || !h.entries[0].over(now) {
		return nil
	}
	return h.entries[0]
}

func (h *byEnd) Len() int           { return len(h.entries) }
func (h *byEnd) Less(i, j int) bool { return h.entries[i].end.Before(h.entries[j].end) }

func (h *byEnd) Swap(i, j int) {
	h.entries[i], h.entries[j] = h.entries[j], h.entries[i]
	h.entries[i].place[h.which], h.entries[j].place[h.which] = int32(i), int32(j)
}

// Push appends an entry.
func (h *byEnd) Push(e any) {
	added := e.(*entry)
	added.place[h.which] = int32(len(h.entries))
	h.entries = append(h.entries, added)
}

// Pop removes the last entry.
func (h *byEnd) Pop() any {
	last := len(h.entries) - 1
	removed := h.entries[last]
	h.entries[last] = nil
	h.entries = h.entries[:last]
	return removed
}

// holder is a caller whose keys are counted.
type holder struct {
	most int // 0 is no bound
	ends byEnd
}
