package sandbox

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"sync"
	"time"
)

// source is where a stand-in takes time and randomness from. It is safe for
// concurrent use.
type source struct {
	now func() time.Time

	mu   sync.Mutex
	rand io.Reader
}

// call is one request that a stand-in is answering.
type call struct {
	source *source
	skew   time.Duration // how far the server's clock is ahead
	began  time.Time     // by that clock
	form   form
	failed bool // there was no randomness

	// Randomness for the request id, the token, the digits to read aloud and biz_id.
	requestSeed, tokenSeed, digitSeed, bizSeed [16]byte
}

// begin draws all the randomness that a request can need, so that it can fail in
// one place only.
func (s *source) begin() call {
	c := call{source: s, began: s.now()}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, seed := range []*[16]byte{&c.requestSeed, &c.tokenSeed, &c.digitSeed, &c.bizSeed} {
		if _, err := io.ReadFull(s.rand, seed[:]); err != nil {
			c.failed = true
		}
	}
	return c
}

// shifted is the call on a server whose clock is ahead.
func (c call) shifted(skew time.Duration) call {
	c.skew, c.began = skew, c.began.Add(skew)
	return c
}

// timeUsed is the time spent so far, in milliseconds.
func (c call) timeUsed() int64 { return c.source.now().Add(c.skew).Sub(c.began).Milliseconds() }

// requestID is Megvii's; it has a comma.
func (c call) requestID() string { return c.stamped(c.requestSeed) }

// bizID is what Megvii's results are asked under.
func (c call) bizID() string { return c.stamped(c.bizSeed) }

// token is 32 hexadecimal digits, as in most samples.
func (c call) token() string { return hex.EncodeToString(c.tokenSeed[:]) }

// digits are four decimal digits; they may start with 0.
func (c call) digits() string {
	return fmt.Sprintf("%04d", binary.BigEndian.Uint64(c.digitSeed[:])%10_000)
}

// stamped writes an id as Megvii does, "unix seconds,UUID".
func (c call) stamped(id [16]byte) string {
	id[6] = id[6]&0x0f | 0x40 // version 4
	id[8] = id[8]&0x3f | 0x80 // variant of RFC 9562
	return fmt.Sprintf("%d,%x-%x-%x-%x-%x", c.began.Unix(), id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}
