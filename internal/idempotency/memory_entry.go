package idempotency

import "time"

// entry is a record in memory. Its fields are in the order in which they take least.
type entry struct {
	name, message Digest
	owner         string
	answer        []byte
	end           time.Time
	index         int // in byEnd
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

// byEnd is a heap of entries, the one that is over first on top: a heap.Interface.
type byEnd []*entry

func (h byEnd) Len() int           { return len(h) }
func (h byEnd) Less(i, j int) bool { return h[i].end.Before(h[j].end) }

func (h byEnd) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

// Push appends an entry.
func (h *byEnd) Push(e any) {
	added := e.(*entry)
	added.index = len(*h)
	*h = append(*h, added)
}

// Pop removes the last entry.
func (h *byEnd) Pop() any {
	last := len(*h) - 1
	removed := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return removed
}
