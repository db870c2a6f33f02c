package standin

import (
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
)

// ClockTolerance is how far a caller's clock may differ from the stand-in's where the
// documents say nothing.
const ClockTolerance = 5 * time.Minute

// Source is where a stand-in takes time and randomness from. It is safe for concurrent
// use.
type Source struct {
	now func() time.Time

	mu   sync.Mutex
	rand io.Reader
}

// NewSource returns a source. Nil means time.Now and crypto/rand.
func NewSource(now func() time.Time, random io.Reader) *Source {
	s := &Source{now: now, rand: random}
	if s.now == nil {
		s.now = time.Now
	}
	if s.rand == nil {
		s.rand = rand.Reader
	}
	return s
}

// Call is one request that a stand-in is answering.
type Call struct {
	source *Source
	// Skew is how far the server's clock is ahead.
	Skew time.Duration
	// Began is when the request came, by that clock.
	Began time.Time
	// Request is what came, its body read into Input.
	Request *http.Request
	params.Input

	failed bool // there was no randomness
	// Randomness for the request id, the token, digits to read aloud and the session.
	RequestSeed, TokenSeed, DigitSeed, SessionSeed [16]byte
}

// Begin draws all the randomness that a request can need, so that it can fail in one
// place only.
func (s *Source) Begin(r *http.Request) Call {
	c := Call{source: s, Began: s.now(), Request: r}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, seed := range []*[16]byte{&c.RequestSeed, &c.TokenSeed, &c.DigitSeed, &c.SessionSeed} {
		if _, err := io.ReadFull(s.rand, seed[:]); err != nil {
			c.failed = true
		}
	}
	return c
}

// Shifted is the call on a server whose clock is ahead.
func (c Call) Shifted(skew time.Duration) Call {
	c.Skew, c.Began = skew, c.Began.Add(skew)
	return c
}

// TimeUsed is the time spent so far, in milliseconds.
func (c Call) TimeUsed() int64 { return c.source.now().Add(c.Skew).Sub(c.Began).Milliseconds() }

// UUID writes randomness as a UUID of version 4.
func UUID(seed [16]byte) string {
	seed[6] = seed[6]&0x0f | 0x40 // version 4
	seed[8] = seed[8]&0x3f | 0x80 // variant of RFC 9562
	return fmt.Sprintf("%x-%x-%x-%x-%x", seed[:4], seed[4:6], seed[6:8], seed[8:10], seed[10:])
}
