package grpcserver

import (
	"context"
	"sync"
	"time"

	"google.golang.org/grpc/status"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/server"
)

// receiver reads the messages of calls. Its zero value is ready.
type receiver struct {
	// limits are those that no call uses: a timer for each would cost half a percent of a
	// small call.
	limits sync.Pool
}

// arrivalLimit refuses a call whose message arrives too slowly. A read from a stream ends
// only with the stream, so it answers the call while the message is still being read. Nil
// leaves that to the call's deadline.
type arrivalLimit struct {
	timer *time.Timer
	begun time.Time

	// mu is held while a call is refused, which is the end of the stream.
	mu        sync.Mutex
	stream    messageStream
	requestID string
	late      bool
}

// limitArrival begins to limit the arrival of a call's message, the first piece of which is
// expected. A call whose own deadline ends it as soon needs no limit.
func (r *receiver) limitArrival(ctx context.Context, stream messageStream, c *call.Call) *arrivalLimit {
	if deadline, ok := ctx.Deadline(); ok && deadline.Sub(c.Start) <= server.ArrivalGrace {
		return nil
	}
	l, ok := r.limits.Get().(*arrivalLimit)
	if !ok {
		l = &arrivalLimit{}
	}
	l.begun, l.stream, l.requestID, l.late = c.Start, stream, c.RequestID, false
	if l.timer == nil {
		l.timer = time.AfterFunc(server.ArrivalGrace, l.refuse)
	} else {
		l.timer.Reset(server.ArrivalGrace)
	}
	return l
}

// expect has so many bytes of the message arrive in their time.
func (l *arrivalLimit) expect(bytes int) {
	if l != nil {
		l.timer.Reset(time.Until(server.ArriveBy(l.begun, bytes)))
	}
}

// refuse answers the call.
func (l *arrivalLimit) refuse() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stream == nil {
		return
	}
	l.late = true
	c := &call.Call{Transport: call.GRPC, RequestID: l.requestID, Err: server.TooSlow()}
	_ = l.stream.SetTrailer(trailerOf(c))
	_ = l.stream.WriteStatus(status.FromProto(call.StatusOf(c)))
}

// arrived ends the limit, and reports whether the call has been refused.
func (r *receiver) arrived(l *arrivalLimit) (late bool) {
	if l == nil {
		return false
	}
	stopped := l.timer.Stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stream = nil
	if stopped { // otherwise the timer's function may be about to run
		r.limits.Put(l)
	}
	return l.late
}
