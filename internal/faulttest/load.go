package faulttest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// restShare is the part of the calls that come over REST.
const restShare = 0.2

// load makes calls at a steady rate whether or not they are answered: an open loop, with the
// random gaps of many callers who know nothing of each other.
type load struct {
	callers *callers
	kinds   []traffic
	waits   waits
	random  *rand.Rand // of one goroutine
	run     string     // begins every reference
	calls   []*call
	running sync.WaitGroup
}

// make makes calls for so long, and longer until done is closed unless it is nil. It
// returns when the last one is sent.
func (l *load) make(ctx context.Context, rate float64, length time.Duration, done <-chan struct{}) {
	at, end := time.Now(), time.Now().Add(length)
	for {
		at = at.Add(time.Duration(l.random.ExpFloat64() / rate * float64(time.Second)))
		if ctx.Err() != nil || at.After(end) && closed(done) {
			return
		}
		pause(ctx, time.Until(at))
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

// one begins the next call.
func (l *load) one(ctx context.Context) {
	c := &call{kind: l.pick(), reference: fmt.Sprintf("%s-%d", l.run, len(l.calls)), deadline: l.waits.deadline}
	if c.kind.deadline != 0 {
		c.deadline = c.kind.deadline
	}
	if c.kind.cancels {
		c.cancelAfter = time.Duration(l.random.Float64() * 3 * float64(usualDelay))
	}
	var by issuer = &l.callers.grpc
	if l.random.Float64() < restShare {
		by = &l.callers.rest
	}
	l.calls = append(l.calls, c)
	l.running.Go(func() { c.make(ctx, by, l.waits.patience) })
}

func (l *load) pick() *traffic {
	sum := 0
	for i := range l.kinds {
		sum += l.kinds[i].share
	}
	n := l.random.IntN(sum)
	for i := range l.kinds {
		if n -= l.kinds[i].share; n < 0 {
			return &l.kinds[i]
		}
	}
	return nil // n was below the sum
}

// make makes the call and notes what becomes of it.
func (c *call) make(ctx context.Context, by issuer, patience time.Duration) {
	wait := c.deadline + patience
	if c.cancelAfter > 0 {
		wait = c.cancelAfter
	}
	c.start = time.Now()
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	c.answer = by.issue(ctx, c.message(), c.deadline)
	c.end = time.Now()
	c.gone = c.err != nil && ctx.Err() != nil
}
