// Package call is what observers see of a call, and the one table that maps reasons to statuses
// (status_table.go), with their details. It knows no encodings, and only the names of transports.
package call

import (
	"context"
	"crypto/rand"
	"errors"
	mathrand "math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/callers"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/sensitive"
	"github.com/liveness-gateway/gateway/internal/settings"
)

// Transport is how a call came in.
type Transport string

// The transports.
const (
	GRPC Transport = "grpc"
	REST Transport = "rest"
)

const (
	// DefaultDeadline is the deadline of calls that state none.
	DefaultDeadline = 8 * time.Second
	// MaxDeadline bounds the deadline of every call.
	MaxDeadline = 30 * time.Second
)

// Call is one call through the gateway, over either transport. Observers get it when it has ended
// and must not keep it. It holds the caller's message: log what that says of the call, never what it
// says of the user.
type Call struct {
	Transport Transport
	// Method is the full name of the RPC, as "liveness.v1.LivenessService/…"; "" if there is
	// no such RPC.
	Method string
	// Route is the template of the path over REST, "" if there is none.
	Route string
	// RequestID is the gateway's own id of the call.
	RequestID string
	// Caller is who made the call; nil if no callers are configured or it has shown none. The
	// listener sets it, from what no client can forge.
	Caller *callers.Caller
	// Fault is why the call has no caller, for operators alone; "" if it needs none.
	Fault callers.Fault
	// Peer is the address at the other end of the connection, which may be a proxy's. It is not
	// valid if it is not known.
	Peer     netip.AddrPort
	Start    time.Time
	Duration time.Duration
	Request  *livenessv1.IssueLivenessTokenRequest
	// Flow is the flow that the message asks for; 0 if it is not known.
	Flow providers.Flow
	// Idempotency is what became of the call's idempotency key, "" if it has none.
	Idempotency idempotency.Outcome
	// Duplicate says that the key has led to another answer elsewhere too.
	Duplicate bool
	// Outcome is what was tried for the call. If the call Repeats another, it is empty, or that of
	// the failure they share.
	Outcome routing.Outcome
	// RetryAfter is how long it takes until the caller's own quota allows another call, if that is
	// why this one failed; 0 otherwise.
	RetryAfter time.Duration
	// Err is why the call failed, nil if it issued a token.
	Err *providers.Error
	// TraceID is the call's trace, "" if nobody else knows of one. The observer that makes spans
	// sets it.
	TraceID string

	// Received is for those who serve the call; observers leave it alone.
	Received
}

// Received is what the listener knows of a call, and the memory and admission that the call holds
// until it has ended.
type Received struct {
	// Metadata is what the caller sent with the message; nil if there is none.
	Metadata Metadata
	// Resent says that the client has sent the call before (gRFC A6).
	Resent bool
	// Settings are those of the configuration under which the call began. The dispatcher sets them.
	Settings *settings.Settings
	// Refused is why the listener does not take the call, nil if it does.
	Refused *providers.Error
	// Status, if it is not 0, replaces the HTTP status of the failure's reason: one reason
	// covers 404, 405 and 415.
	Status int
	// Read reads the message from the transport, or says why it cannot be taken. It is nil if the
	// message is already there.
	Read func(context.Context, proto.Message) *providers.Error
	// Arrival is how long the message took to arrive.
	Arrival time.Duration

	// Answer is the RPC's response, for REST, which finds it here.
	Answer any

	// Permit is the call's share of the limits.
	Permit admission.Permit
	// Photos are the message's photos, in order; the message itself has placeholders.
	Photos []sensitive.Bytes
	// Memory holds the photos. Release and ReleasePhotos free it; the buffer returns to its pool
	// when attempts do not hold it either.
	Memory message.Held
}

// Metadata is what a caller sends with its message: gRPC metadata or an HTTP header.
type Metadata interface {
	// Values returns the values under a name in lower case.
	Values(name string) []string
}

// Refuse refuses the call, unless it already is: the first failure stands.
func (r *Received) Refuse(failure *providers.Error) {
	if r.Refused == nil {
		r.Refused = failure
	}
}

// Release gives back what the call holds. Its photos must not be read any more.
func (c *Call) Release() {
	c.Permit.Release()
	c.Memory.Free()
}

// ReleasePhotos frees the photos before the call has ended. They must not be read any more. It may
// be called from any goroutine, even when the call has ended meanwhile.
func (c *Call) ReleasePhotos() {
	c.Permit.ReleaseBytes()
	c.Memory.Free()
}

// New returns a call that begins now. Whoever makes it must release it.
func New(transport Transport) *Call {
	return &Call{
		Transport: transport, RequestID: rand.Text(), Start: time.Now(),
		Received: Received{Memory: message.Held{Memory: sensitive.GarbageCollected{}}},
	}
}

// Value returns the caller's metadata under a name in lower case, several values joined by commas; ""
// if there is none.
func (c *Call) Value(name string) string {
	if c.Metadata == nil {
		return ""
	}
	return strings.Join(c.Metadata.Values(name), ",")
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
	case c.Status != 0:
		return c.Status
	default:
		return rowOf(c.Err).http
	}
}

// RetryDelay returns how long the caller should wait before it sends the same message
// again, 0 if it may not.
func (c *Call) RetryDelay() time.Duration {
	if c.Err == nil {
		return 0
	}
	retry := rowOf(c.Err).retry
	if retry > 0 && c.RetryAfter > 0 {
		return c.RetryAfter // from the caller's quota
	}
	if retry > 0 && c.Outcome.RetryAfter > 0 {
		return c.Outcome.RetryAfter // from the targets' states
	}
	return retry
}

// ComeBackIn sets RetryAfter to that wait and up to a fifth more, so that calls that were refused
// together do not come back together. It is never less, or they would be refused again.
func (c *Call) ComeBackIn(wait time.Duration) {
	const jitter = 0.2
	c.RetryAfter = wait + time.Duration(mathrand.Float64()*jitter*float64(wait))
}

// LacksRoom reports whether a failed call was refused for its caller's quota, for what is in
// flight, or for a limit of the accounts that could take it: nothing was tried for it.
func (c *Call) LacksRoom(failed error) bool {
	switch AsError(failed).Reason {
	case providers.Overloaded, providers.CallerQuotaExceeded:
		return true
	case providers.NoTargetAvailable:
		return len(c.Outcome.Attempts) == 0 && slices.ContainsFunc(c.Outcome.Unavailable, func(u route.Unavailable) bool {
			return u.Why == guard.LimitReached || u.Why == guard.VendorLimitReached || u.Why == guard.RateLimited
		})
	default:
		return false
	}
}

// CallerName returns the name of the call's caller, "" if it has none.
func (c *Call) CallerName() string {
	if c.Caller == nil {
		return ""
	}
	return c.Caller.Name
}

// Repeats reports whether the call got the answer or the failure of another call with its idempotency
// key. Any attempts in its outcome are then that call's.
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

var flows = map[livenessv1.Flow]providers.Flow{
	livenessv1.Flow_FLOW_APP_SDK:       providers.FlowAppSDK,
	livenessv1.Flow_FLOW_HOSTED_PAGE:   providers.FlowHostedPage,
	livenessv1.Flow_FLOW_JS_SDK:        providers.FlowJSSDK,
	livenessv1.Flow_FLOW_SPOKEN_DIGITS: providers.FlowSpokenDigits,
}

// FlowOf returns the contract's flow as providers name it; 0 for an unknown one.
func FlowOf(flow livenessv1.Flow) providers.Flow { return flows[flow] }

type callKey struct{}

// With returns a context that holds the call.
func With(ctx context.Context, call *Call) context.Context {
	return context.WithValue(ctx, callKey{}, call)
}

// From returns the call that the transport put into ctx; no client can.
func From(ctx context.Context) *Call {
	call, _ := ctx.Value(callKey{}).(*Call)
	return call
}

// AsError returns err as a failure. An error of any other type becomes INTERNAL.
func AsError(err error) *providers.Error {
	if failure, ok := errors.AsType[*providers.Error](err); ok {
		return failure
	}
	return &providers.Error{Reason: providers.Internal, Cause: err}
}
