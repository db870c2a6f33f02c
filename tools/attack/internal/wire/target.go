package wire

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/liveness-gateway/gateway/internal/faulttest/timing"
)

// Target is what one connection attacks, and what it does is counted with the others'.
type Target struct {
	// GRPC and REST are the addresses of the listeners.
	GRPC, REST string
	// Number is the connection's among those of its attack.
	Number int
	Counts *Counts
	Pace   *Pace
}

// Counts are those of all connections of an attack: how many were opened, what was sent on
// them, and how much of that was answered.
type Counts struct{ Connections, Requests, Answered atomic.Int64 }

// Dial opens a connection that ends with ctx. It returns nil if it is refused.
func (t *Target) Dial(ctx context.Context, address string) (conn net.Conn, end func()) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, func() {}
	}
	t.Counts.Connections.Add(1)
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	return conn, func() { stop(); _ = conn.Close() }
}

// Next counts a request, when it is its turn. It reports whether ctx still runs.
func (t *Target) Next(ctx context.Context) bool {
	t.Pace.Wait(ctx)
	if ctx.Err() != nil {
		return false
	}
	t.Counts.Requests.Add(1)
	return true
}

// Answered counts an answer.
func (t *Target) Answered() { t.Counts.Answered.Add(1) }

// Turn returns the one whose turn it is over all connections.
func Turn[T any](t *Target, all []T) T { return all[int(t.Counts.Requests.Load())%len(all)] }

// Pace spreads requests evenly.
type Pace struct {
	Rate float64 // in a second; 0 means as fast as can be
	mu   sync.Mutex
	due  time.Time
}

// Wait returns when it is the turn of a request, or when ctx ends.
func (p *Pace) Wait(ctx context.Context) {
	if p.Rate == 0 {
		return
	}
	p.mu.Lock()
	now := time.Now()
	if p.due.Before(now) {
		p.due = now
	}
	wait := p.due.Sub(now)
	p.due = p.due.Add(time.Duration(float64(time.Second) / p.Rate))
	p.mu.Unlock()
	timing.Pause(ctx, wait)
}
