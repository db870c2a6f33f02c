package accesslog

import (
	"bytes"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// logDelay is how long a line may wait to be written together with others.
	logDelay = 100 * time.Millisecond
	// logChunk is how many bytes are written without waiting for more.
	logChunk = 64 << 10
	// logWaiting is how many bytes of lines may wait while their reader does not read.
	logWaiting = 4 << 20
	// logStopLimit is how long the end of the process waits for the reader.
	logStopLimit = time.Second
)

// Buffer writes lines to an output many at a time, because a system call for each would be a
// fifteenth of a small call. A line waits 100 ms at most; those that are waiting when the process
// is killed are lost.
//
// Logging never waits for the output and never fails because of it: lines that it does not take, on
// a full disk or because nobody reads them, are dropped and counted. It is safe for concurrent use.
type Buffer struct {
	output  io.Writer
	dropped atomic.Int64
	// writing holds one token. Whoever has it may write to the output.
	writing chan struct{}

	mu             sync.Mutex
	waiting, spare []byte
	// scheduled says that the timer is set or that its function runs.
	scheduled bool
	timer     *time.Timer
}

// NewBuffer returns a buffer in front of output. Stop writes what is left in it.
func NewBuffer(output io.Writer) *Buffer {
	return &Buffer{output: output, writing: make(chan struct{}, 1)}
}

// Dropped returns how many lines were dropped.
func (b *Buffer) Dropped() int64 { return b.dropped.Load() }

// Waiting returns how many bytes wait to be written, and how many may.
func (b *Buffer) Waiting() (held, bound int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return int64(len(b.waiting)), logWaiting
}

// Write takes a line, or drops it. It never fails.
func (b *Buffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting)+len(line) > logWaiting {
		b.drop(line)
		return len(line), nil
	}
	before := len(b.waiting)
	b.waiting = append(b.waiting, line...)
	switch {
	case !b.scheduled:
		b.schedule(logDelay)
	case before < logChunk && len(b.waiting) >= logChunk && b.timer.Stop():
		b.timer.Reset(0)
	}
	return len(line), nil
}

func (b *Buffer) schedule(after time.Duration) {
	b.scheduled = true
	if b.timer == nil {
		b.timer = time.AfterFunc(after, b.flush)
	} else {
		b.timer.Reset(after)
	}
}

// flush writes what waits, and is scheduled again for what has come since.
func (b *Buffer) flush() {
	b.writing <- struct{}{}
	b.writeWaiting()
	<-b.writing
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case len(b.waiting) >= logChunk:
		b.schedule(0)
	case len(b.waiting) > 0:
		b.schedule(logDelay)
	default:
		b.scheduled = false
	}
}

// writeWaiting writes the waiting lines. It is called with the token.
func (b *Buffer) writeWaiting() {
	b.mu.Lock()
	lines := b.waiting
	b.waiting, b.spare = b.spare[:0], nil
	b.mu.Unlock()
	if n, err := b.output.Write(lines); err != nil {
		b.drop(lines[min(max(n, 0), len(lines)):])
	}
	b.mu.Lock()
	b.spare = lines
	b.mu.Unlock()
}

// drop counts dropped lines. A line of which only the end was left counts too.
func (b *Buffer) drop(lines []byte) { b.dropped.Add(int64(bytes.Count(lines, []byte("\n")))) }

// Sync writes what waits, unless that takes longer than a second.
func (b *Buffer) Sync() error {
	written := make(chan struct{})
	go func() {
		b.writing <- struct{}{}
		b.writeWaiting()
		<-b.writing
		close(written)
	}()
	limit := time.NewTimer(logStopLimit)
	defer limit.Stop()
	select {
	case <-written:
	case <-limit.C:
	}
	return nil
}

// Stop is Sync before the end.
func (b *Buffer) Stop() error { return b.Sync() }
