package inbound

import (
	"context"
	"sync"

	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/server"
)

// Receiver reads the messages of calls. It is safe for concurrent use.
type Receiver struct {
	// Trailer returns the trailers of a call that fails.
	Trailer func(*call.Call) metadata.MD
	// limits is a pool of those that no call is using.
	limits sync.Pool
}

// arrivalLimit is server.ArrivalLimit for a stream. A read ends only with its stream, so the limit
// answers the call while the message is still being read. A nil one does nothing: the call's
// deadline still holds.
type arrivalLimit struct {
	server.ArrivalLimit

	stream    Stream
	requestID string
	trailer   func(*call.Call) metadata.MD
	refuse    func()
}

// limitArrival begins to limit the arrival of a call's message. A call whose own deadline is at
// least as short gets none.
func (r *Receiver) limitArrival(ctx context.Context, stream Stream, c *call.Call) *arrivalLimit {
	if deadline, ok := ctx.Deadline(); ok && deadline.Sub(c.Start) <= server.ArrivalGrace {
		return nil
	}
	l, ok := r.limits.Get().(*arrivalLimit)
	if !ok {
		l = &arrivalLimit{trailer: r.Trailer}
		l.refuse = l.answer
	}
	l.stream, l.requestID = stream, c.RequestID
	l.Begin(c.Start, l.refuse)
	return l
}

func (l *arrivalLimit) expect(bytes int) {
	if l != nil {
		l.Expect(bytes)
	}
}

// answer refuses the call.
func (l *arrivalLimit) answer() {
	c := &call.Call{Transport: call.GRPC, RequestID: l.requestID, Err: server.TooSlow()}
	_ = l.stream.SetTrailer(l.trailer(c))
	_ = l.stream.WriteStatus(status.FromProto(call.StatusOf(c)))
}

// arrived ends the limit, and reports whether the call has been refused.
func (r *Receiver) arrived(l *arrivalLimit) (late bool) {
	if l == nil {
		return false
	}
	late, reusable := l.End()
	if reusable {
		l.stream = nil
		r.limits.Put(l)
	}
	return late
}
