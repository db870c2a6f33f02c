package server

import (
	"fmt"
	"sync"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// ArrivalLimit refuses a call whose message arrives too slowly. It is reusable, because a new
// timer or connection deadline for each call would cost two percent of a small one.
type ArrivalLimit struct {
	timer *time.Timer
	begun time.Time

	// mu is held while the message is refused.
	mu            sync.Mutex
	due           time.Time
	refuse        func()
	pending, late bool
}

// Begin starts the time that the first bytes of a message have. When it is over, refuse is
// called to end the waiting read. It must be the same function every time.
func (l *ArrivalLimit) Begin(begun time.Time, refuse func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.begun, l.due, l.refuse, l.pending, l.late = begun, begun.Add(ArrivalGrace), refuse, true, false
	if l.timer == nil {
		l.timer = time.AfterFunc(ArrivalGrace, l.expired)
	} else {
		l.timer.Reset(ArrivalGrace)
	}
}

// Expect sets the time by which so many bytes of the message must have arrived.
func (l *ArrivalLimit) Expect(bytes int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.due = l.begun.Add(min(BodyTimeLimit, ArrivalGrace+time.Duration(bytes)*time.Second/ArrivalRate))
	l.timer.Reset(time.Until(l.due))
}

// lagLeft is how late the timer may fire. If it is later, the gateway itself is slow and may not
// have read what has arrived: the message gets twice that delay in addition.
const lagLeft = 50 * time.Millisecond

func (l *ArrivalLimit) expired() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if !l.pending || now.Before(l.due) { // the timer fired just before it was stopped or moved
		return
	}
	if lag := now.Sub(l.due); lag > lagLeft && now.Sub(l.begun) < BodyTimeLimit {
		l.due = now.Add(2 * lag)
		l.timer.Reset(2 * lag)
		return
	}
	l.late = true
	l.refuse()
}

// End reports whether the message has been refused, and whether the limit may be reused: it may
// not if its timer has fired.
func (l *ArrivalLimit) End() (late, reusable bool) {
	stopped := l.timer.Stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pending = false
	return l.late, stopped
}

// TooSlow is the failure of a message that arrives too slowly.
func TooSlow() *providers.Error {
	return &providers.Error{Reason: providers.InvalidRequest, Message: fmt.Sprintf(
		"the message arrives too slowly: at least %d KiB a second after %v, and all of it within %v",
		ArrivalRate>>10, ArrivalGrace, BodyTimeLimit)}
}
