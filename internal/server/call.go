package server

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Transport is how a call came in.
type Transport string

// The transports.
const (
	GRPC Transport = "grpc"
	REST Transport = "rest"
)

// Call is one call through the gateway, from whichever transport. Observers get it
// when it has ended and must not keep it. It holds the caller's message: log what it
// says of the call, never what it says of the user.
type Call struct {
	Transport Transport
	// RequestID is the gateway's own id of the call.
	RequestID string
	Start     time.Time
	Duration  time.Duration
	Request   *livenessv1.IssueLivenessTokenRequest
	// Flow is the flow asked for; 0 if none that is known.
	Flow providers.Flow
	// Idempotency is how the call's idempotency key was dealt with, "" if it has none.
	Idempotency idempotency.Outcome
	// Outcome is what was tried for the call. If the call Repeats another, it is empty,
	// or of a failure that they share.
	Outcome routing.Outcome
	// Err is why the call failed, nil if it issued a token.
	Err *providers.Error
	// TraceID is the trace that the call belongs to, "" if there is none that anybody
	// else knows of. The observer that makes spans sets it.
	TraceID string

	// read reads the message from the transport, or says why it cannot be taken; nil if
	// it is there already. refused is why it was not, nil if it was.
	read    func(context.Context) *providers.Error
	refused *providers.Error
	// httpStatus stands in for the reason's where the transport knows better.
	httpStatus int
	// ctx over gRPC and header over REST are what came with the message.
	ctx    context.Context
	header http.Header
	// permit is what the call holds of the service's load.
	permit permit
	// photos are the message's, in order; see photos.go. They lie in memory, which the
	// call holds.
	photos []sensitive.Bytes
	memory held
}

// release gives back what the call holds. Nothing of it may be used any more.
func (c *Call) release() {
	c.permit.release()
	c.memory.Free()
}

// letGo gives back the photos before the call has ended. They must not be read any more.
// It may be called from any goroutine, also when the call has ended meanwhile.
func (c *Call) letGo() {
	c.permit.releaseBytes()
	c.memory.Free()
}

func newCall(transport Transport) *Call {
	return &Call{
		Transport: transport, RequestID: rand.Text(), Start: time.Now(),
		memory: held{Memory: sensitive.GarbageCollected{}},
	}
}

// Metadata returns what the caller sent under the name, in lower case, as gRPC metadata
// or as a REST header: several values with commas between, "" if there is none.
func (c *Call) Metadata(name string) string {
	switch {
	case c.header != nil:
		return strings.Join(c.header.Values(name), ",")
	case c.ctx != nil:
		return strings.Join(metadata.ValueFromIncomingContext(c.ctx, name), ",")
	default:
		return ""
	}
}

// Reason returns how the call ended.
func (c *Call) Reason() providers.Reason {
	if c.Err == nil {
		return providers.OK
	}
	return c.Err.Reason
}

// Code returns the gRPC code of the call's status.
func (c *Call) Code() codes.Code {
	if c.Err == nil {
		return codes.OK
	}
	return rowOf(c.Err).code
}

// HTTPStatus returns the HTTP status of the call, over gRPC the one it would have.
func (c *Call) HTTPStatus() int {
	switch {
	case c.Err == nil:
		return statusTable[providers.OK].http
	case c.httpStatus != 0:
		return c.httpStatus
	default:
		return rowOf(c.Err).http
	}
}

// Repeats reports whether the call got the answer or the failure of another call with
// its idempotency key. Attempts that its outcome holds are that call's.
func (c *Call) Repeats() bool {
	return c.Idempotency == idempotency.Replayed || c.Idempotency == idempotency.Joined
}

// VendorTime returns the time spent in attempts.
func (c *Call) VendorTime() time.Duration {
	var total time.Duration
	for i := range c.Outcome.Attempts {
		total += c.Outcome.Attempts[i].Duration
	}
	return total
}

type callKey struct{}

func withCall(ctx context.Context, call *Call) context.Context {
	return context.WithValue(ctx, callKey{}, call)
}

// callOf returns the call that the transport put into ctx; no client can.
func callOf(ctx context.Context) *Call {
	call, _ := ctx.Value(callKey{}).(*Call)
	return call
}

// asError returns err as the one type of failure; what is not one of ours is a fault
// of ours.
func asError(err error) *providers.Error {
	if failure, ok := errors.AsType[*providers.Error](err); ok {
		return failure
	}
	return &providers.Error{Reason: providers.Internal, Cause: err}
}

// invalidRequest returns the failure of a message that breaks a rule of the contract.
func invalidRequest(path providers.Path, description string) *providers.Error {
	return &providers.Error{Reason: providers.InvalidRequest, Violations: []providers.Violation{
		{Path: path, Reason: providers.InvalidRequest, Description: description},
	}}
}
