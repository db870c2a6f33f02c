package grpcserver

import (
	"context"
	"sync"
	"time"

	"google.golang.org/grpc"

	"github.com/liveness-gateway/gateway/internal/server"
)

// pace limits the rate at which messages are answered, over all streams that share it.
type pace struct {
	mu sync.Mutex
	// next is when the next message may be answered, in the past after a pause.
	next time.Time
}

// wait waits for the turn of a message, or until ctx ends.
func (p *pace) wait(ctx context.Context) {
	const interval = time.Second / server.ReflectionRate
	p.mu.Lock()
	now := time.Now()
	if unused := now.Add(-server.ReflectionBurst * interval); p.next.Before(unused) {
		p.next = unused
	}
	p.next = p.next.Add(interval)
	after := p.next.Sub(now)
	p.mu.Unlock()
	if after > 0 {
		pause(ctx, after)
	}
}

// paced is a stream whose messages are answered at a pace.
type paced struct {
	grpc.ServerStream

	pace *pace
}

// RecvMsg is grpc.ServerStream's.
func (s paced) RecvMsg(message any) error {
	if err := s.ServerStream.RecvMsg(message); err != nil {
		return err
	}
	s.pace.wait(s.Context())
	return nil
}
