package idempotency

import "time"

// entry is a record in memory.
type entry struct {
	Record
	name  Digest
	index int // in byEnd
}

func (e *entry) over(now time.Time) bool { return !now.Before(e.End) }

func (e *entry) bytes() int {
	if e.Answer == nil {
		return entryBytes + leaseBytes
	}
	return entryBytes + len(e.Answer)
}

// byEnd is a heap of entries, the one that is over first on top: a heap.Interface.
type byEnd []*entry

func (h byEnd) Len() int           { return len(h) }
func (h byEnd) Less(i, j int) bool { return h[i].End.Before(h[j].End) }

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
