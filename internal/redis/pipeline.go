package redis

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

const (
	// senders is how many batches may be in flight at once, each on a connection of its own.
	senders = 8
	// patient is how long a batch waits for the one in flight, so that a slow or lost one holds up
	// nobody for longer.
	patient = time.Millisecond
	// crowd is how many operations are sent at a time on average, in 256ths, when they are not sent
	// alone.
	crowd = 288
	// mostOperations bounds a batch, mostBatches those that wait.
	mostOperations, mostBatches = 256, 64
)

// pipeline sends the operations of several callers together: an operation costs almost only system
// calls, and a batch needs no more of them than one operation. Operations that come while a batch
// is in flight wait for its end, or for a millisecond, and are the next batch. So a single caller
// waits for nobody, and batches grow with the load. It is safe for concurrent use.
type pipeline struct {
	redis   goredis.UniversalClient
	timeout time.Duration

	mu      sync.Mutex
	closed  bool
	waiting []*batch
	// sending counts the batches that are in flight or about to be.
	sending int
	// usual is a moving average of how many operations are sent at a time, in 256ths.
	usual int
	wake  chan struct{}
	ended sync.WaitGroup
}

// batch is operations that are sent together, and given up at the deadline of the first. done is
// closed when each has its reply or error.
type batch struct {
	commands []goredis.Cmder
	deadline time.Time
	done     chan struct{}
}

// newPipeline returns a pipeline whose senders work until ctx ends, each to the end of its batch.
func newPipeline(ctx context.Context, client goredis.UniversalClient, timeout time.Duration) *pipeline {
	p := &pipeline{redis: client, timeout: timeout, wake: make(chan struct{}, senders)}
	for range senders {
		p.ended.Go(func() { p.send(ctx) })
	}
	return p
}

// timers is a pool of stopped timers.
var timers = sync.Pool{New: func() any {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	return timer
}}

// process sends the command and returns its error, by the deadline: a sender gives a batch up in
// time, and no batch is waiting for longer than one that was before it. If ctx ends before, its error
// is that of ctx; the command may then be done all the same, and must not be looked at.
func (p *pipeline) process(ctx context.Context, deadline time.Time, command goredis.Cmder) error {
	joined, part, err := p.join(command, deadline)
	if err != nil {
		return err
	}
	switch part {
	case leads:
		if p.takeAlone(joined) {
			defer p.rest()
			return processBy(ctx, deadline, p.redis, command)
		}
		p.wake <- struct{}{}
	case opens:
		p.attend(ctx, joined)
	case rides:
	}
	select {
	case <-joined.done:
		return command.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// attend makes sure that the batch does not wait too long.
func (p *pipeline) attend(ctx context.Context, opened *batch) {
	timer := timers.Get().(*time.Timer)
	defer timers.Put(timer)
	defer timer.Stop()
	timer.Reset(patient)
	select {
	case <-opened.done:
		return
	case <-timer.C:
	case <-ctx.Done():
	}
	p.hurry(opened)
}

// processBy sends a command alone.
func processBy(ctx context.Context, deadline time.Time, client goredis.UniversalClient, command goredis.Cmder) error {
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	return client.Process(ctx, command)
}

// part is what an operation does for its batch.
type part int

const (
	// rides: nothing. opens: make sure that the batch does not wait too long. leads: start the
	// batch, because none is in flight.
	rides part = iota
	opens
	leads
)

// join adds the command to the last batch that waits.
func (p *pipeline) join(command goredis.Cmder, deadline time.Time) (*batch, part, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, rides, goredis.ErrClosed
	}
	if last := len(p.waiting) - 1; last >= 0 && len(p.waiting[last].commands) < mostOperations {
		joined := p.waiting[last]
		joined.commands = append(joined.commands, command)
		return joined, rides, nil
	}
	if len(p.waiting) == mostBatches {
		return nil, rides, goredis.ErrPoolTimeout
	}
	opened := &batch{commands: append(make([]goredis.Cmder, 0, 8), command), deadline: deadline, done: make(chan struct{})}
	p.waiting = append(p.waiting, opened)
	if p.sending > 0 {
		return opened, opens, nil
	}
	p.sending++
	return opened, leads, nil
}

// takeAlone reports whether the batch has only one operation, as most have had lately. Then its
// leader sends it itself, which is cheaper than waking a sender, and must call rest afterwards.
// With more operations, a sender makes larger batches.
func (p *pipeline) takeAlone(b *batch) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(b.commands) > 1 || p.usual > crowd || p.closed {
		return false
	}
	p.waiting = p.waiting[:0] // there is no other: b is not full
	return true
}

// rest hands what is waiting to a sender.
func (p *pipeline) rest() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) == 0 {
		p.sending--
		p.sent(1)
		return
	}
	p.sent(1 + len(p.waiting[0].commands)) // they could have been sent together
	if !p.closed {
		p.wake <- struct{}{} // it has room for all that may be under way
	}
}

// sent counts operations that were sent together.
func (p *pipeline) sent(operations int) { p.usual += (256*operations - p.usual) / 8 }

// hurry starts a batch that still waits in addition to those in flight, if there may be more.
func (p *pipeline) hurry(b *batch) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed && p.sending < senders && slices.Contains(p.waiting, b) {
		p.sending++
		p.wake <- struct{}{}
	}
}

// send is a sender.
func (p *pipeline) send(ctx context.Context) {
	s := sender{pipeline: p.redis.Pipeline(), timeout: p.timeout, cancel: func() {}}
	defer func() { s.cancel() }()
	for open := true; open; {
		select {
		case <-ctx.Done():
			p.close() // nobody waits for those that have left
			open = false
		case <-p.wake:
		}
		for b := p.next(); b != nil; b = p.next() {
			s.exec(b)
		}
	}
}

// close refuses whoever comes from now on. Senders take what is waiting with them.
func (p *pipeline) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
}

// next takes the batch that has waited longest, nil if there is none. Callers that are about to ask
// may join it first.
func (p *pipeline) next() *batch {
	runtime.Gosched()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) == 0 {
		p.sending--
		return nil
	}
	first := p.waiting[0]
	p.sent(len(first.commands))
	p.waiting = slices.Delete(p.waiting, 0, 1)
	return first
}

// sender sends one batch after another.
type sender struct {
	pipeline goredis.Pipeliner
	timeout  time.Duration
	// ctx ends at end. A context, with its timer, costs as much as an operation: batches share one.
	ctx    context.Context
	end    time.Time
	cancel context.CancelFunc
}

// exec sends a batch, even if nobody waits for it any more.
func (s *sender) exec(b *batch) {
	defer close(b.done)
	// The batch may get a little less time than it could have.
	if time.Until(s.end) < s.timeout-s.timeout/8 {
		s.cancel()
		s.end = b.deadline
		s.ctx, s.cancel = context.WithDeadline(context.Background(), s.end)
	}
	for _, command := range b.commands {
		command.SetErr(errUnsent)
	}
	_ = s.pipeline.BatchProcess(s.ctx, b.commands...) // it only takes them
	_, err := s.pipeline.Exec(s.ctx)
	for _, command := range b.commands {
		if err != nil && errors.Is(command.Err(), errUnsent) {
			command.SetErr(err) // such as that of the password, which go-redis gives to none of them
		}
	}
}

// errUnsent is the error of a command until it has a reply, or another.
var errUnsent = errors.New("a command was not sent to Redis")

// wait waits until all senders have ended, and their context has.
func (p *pipeline) wait() { p.ended.Wait() }
