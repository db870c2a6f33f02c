package traffic

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/liveness-gateway/gateway/internal/faulttest/timing"
)

// restShare is the part of the calls that come over REST.
const restShare = 0.2

// Load makes calls at a steady rate whether or not they are answered: an open loop, with the
// random gaps of many callers who know nothing of each other.
type Load struct {
	Clients *Clients
	Kinds   []Kind
	// Run begins every reference.
	Run    string
	Random *rand.Rand
	// Deadline is what callers give a call whose kind has none, and Patience how long they
	// wait beyond it, to see how late an answer is.
	Deadline, Patience time.Duration
	// CancelWithin is the time within which callers who cancel go away.
	CancelWithin time.Duration

	calls   []*Call
	running sync.WaitGroup
}

// Make makes calls for so long, and longer until done is closed unless it is nil. It
// returns when the last one is sent.
func (l *Load) Make(ctx context.Context, rate float64, length time.Duration, done <-chan struct{}) {
	at, end := time.Now(), time.Now().Add(length)
	for {
		at = at.Add(time.Duration(l.Random.ExpFloat64() / rate * float64(time.Second)))
		if ctx.Err() != nil || at.After(end) && closed(done) {
			return
		}
		timing.Pause(ctx, time.Until(at))
		l.one(ctx)
	}
}

// closed reports whether the channel is closed or nil.
func closed(done <-chan struct{}) bool {
	if done == nil {
		return true
	}
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// Wait returns the calls of all Makes when the last one has ended.
func (l *Load) Wait() []*Call {
	l.running.Wait()
	return l.calls
}

// one begins the next call.
func (l *Load) one(ctx context.Context) {
	c := &Call{Kind: l.pick(), Reference: fmt.Sprintf("%s-%d", l.Run, len(l.calls)), Deadline: l.Deadline}
	if c.Kind.Deadline != 0 {
		c.Deadline = c.Kind.Deadline
	}
	if c.Kind.Cancels || c.Kind.Returns {
		c.cancelAfter = time.Duration(l.Random.Float64() * float64(l.CancelWithin))
	}
	var by issuer = &l.Clients.grpc
	if l.Random.Float64() < restShare {
		by = &l.Clients.rest
	}
	l.calls = append(l.calls, c)
	l.running.Go(func() { c.make(ctx, by, l.Patience) })
}

func (l *Load) pick() *Kind {
	sum := 0
	for i := range l.Kinds {
		sum += l.Kinds[i].Share
	}
	n := l.Random.IntN(sum)
	for i := range l.Kinds {
		if n -= l.Kinds[i].Share; n < 0 {
			return &l.Kinds[i]
		}
	}
	return nil // n was below the sum
}
