package idempotency

import (
	"time"

	"github.com/liveness-gateway/gateway/internal/idempotency/ends"
)

// entry is a record in memory. Its fields are in the order in which they take least.
type entry struct {
	name, message Digest
	owner         string
	answer        []byte
	end           time.Time
	caller        *holder  // nil if its keys are not counted
	place         [2]int32 // in the heaps of ends
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

// newEnds returns a heap of entries: the first that an entry is in is that of all, the second
// that of its caller if its keys are counted.
func newEnds(which int) *ends.Heap[*entry] {
	return ends.New(func(e *entry) time.Time { return e.end }, func(e *entry) *int32 { return &e.place[which] })
}

// holder is a caller whose keys are counted.
type holder struct {
	most int // 0 is no bound
	ends *ends.Heap[*entry]
}
