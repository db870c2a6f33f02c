package sandbox

import (
	"strings"
	"sync"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

// ledgerSize is how many requests a stand-in remembers.
const ledgerSize = 100_000

// Entry is one request to a stand-in and what became of it. It holds no photo and
// nothing of the request but its reference.
type Entry struct {
	// Time is when the request came.
	Time time.Time `json:"time"`
	// Product is empty if the path was none of the documents'.
	Product string `json:"product,omitempty"`
	// Reference is biz_no, or Linkface's sequence_id, cut to 128 bytes.
	Reference string `json:"reference,omitempty"`
	// RequestID is the vendor's, whether or not the answer had it.
	RequestID string `json:"request_id,omitempty"`
	// Status is 0 if the connection broke instead.
	Status int `json:"http_status"`
	// Code is the vendor's for a refused request, as it was written.
	Code string `json:"code,omitempty"`
	// Token was issued, whether or not the answer arrived.
	Token string `json:"token,omitempty"`
	// Outcome is the scripted one.
	Outcome string `json:"outcome,omitempty"`
	// Problem is why an outcome that the request asked for was not understood.
	Problem string `json:"problem,omitempty"`
}

// entryOf begins the entry of a request to an endpoint.
func entryOf(e *standin.Endpoint, c standin.Call) Entry {
	const kept = 128 // bytes: many entries are kept
	name := c.Values[e.Reference].Text
	if len(name) > kept {
		name = name[:kept]
	}
	return Entry{Product: e.Product, Reference: strings.ToValidUTF8(name, "\ufffd"), RequestID: e.RequestID(c)}
}

// ledger remembers the last entries. It is safe for concurrent use.
type ledger struct {
	size int

	mu      sync.Mutex
	entries []Entry // a ring once it is full; oldest is the first
	oldest  int
	dropped int
}

func newLedger(size int) *ledger { return &ledger{size: size} }

func (l *ledger) add(e Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.entries) < l.size {
		l.entries = append(l.entries, e)
		return
	}
	l.entries[l.oldest] = e
	l.oldest = (l.oldest + 1) % l.size
	l.dropped++
}

// read returns the entries, oldest first, and how many were dropped before them.
func (l *ledger) read() (entries []Entry, dropped int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entries = append([]Entry{}, l.entries[l.oldest:]...)
	return append(entries, l.entries[:l.oldest]...), l.dropped
}

func (l *ledger) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries, l.oldest, l.dropped = nil, 0, 0
}
