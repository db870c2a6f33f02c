package main

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// target is what one connection attacks, and what it does is counted with the others'.
type target struct {
	grpc, rest string
	// scenario is a route of the attackers' own: its vendor is in their process.
	scenario string
	counts   *counts
	pace     *pace
}

// counts are those of all connections of an attack.
type counts struct{ connections, requests, answered atomic.Int64 }

// hostileRoutes are the routes to the attackers' vendor, of which each connection uses one:
// what one account's breaker stops, another's does not.
const hostileRoutes = 10

func scenario(connection int) string { return fmt.Sprintf("attack-%d", connection%hostileRoutes) }

// dial opens a connection that ends with ctx. It returns nil if it is refused.
func (t *target) dial(ctx context.Context, address string) (conn net.Conn, end func()) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, func() {}
	}
	t.counts.connections.Add(1)
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	return conn, func() { stop(); _ = conn.Close() }
}

// next counts a request, when it is its turn. It reports whether ctx still runs.
func (t *target) next(ctx context.Context) bool {
	t.pace.wait(ctx)
	if ctx.Err() != nil {
		return false
	}
	t.counts.requests.Add(1)
	return true
}

// answered counts an answer.
func (t *target) answered() { t.counts.answered.Add(1) }

// turn returns the one whose turn it is over all connections.
func turn[T any](t *target, all []T) T { return all[int(t.counts.requests.Load())%len(all)] }

// pace spreads requests evenly.
type pace struct {
	rate float64 // in a second; 0 means as fast as can be
	mu   sync.Mutex
	due  time.Time
}

func (p *pace) wait(ctx context.Context) {
	if p.rate == 0 {
		return
	}
	p.mu.Lock()
	now := time.Now()
	if p.due.Before(now) {
		p.due = now
	}
	wait := p.due.Sub(now)
	p.due = p.due.Add(time.Duration(float64(time.Second) / p.rate))
	p.mu.Unlock()
	sleep(ctx, wait)
}

// sleep returns after d or when ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
