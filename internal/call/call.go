// Package call is what observers see of a call, and the one table from reasons to
// statuses with the details that go with them. It knows no encoding, and of the
// transports only their names.
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
	// DefaultDeadline is that of calls which name none.
	DefaultDeadline = 8 * time.Second
	// MaxDeadline bounds the deadline of every call.
	MaxDeadline = 30 * time.Second
)

// Call is one call through the gateway, from whichever transport. Observers get it
// when it has ended and must not keep it. It holds the caller's message: log what it
// says of the call, never what it says of the user.
type Call struct {
	Transport Transport
	// Method is the full name of the RPC, as "liveness.v1.LivenessService/…"; "" if there is
	// no such RPC.
	Method string
	// Route is the template of the path over REST, "" if there is none.
	Route string
	// RequestID is the gateway's own id of the call.
	RequestID string
	// Caller is who made the call, nil if the gateway has no callers or none was shown. The
	// transport sets it, from what no client can claim; interceptors find it by From.
	Caller *callers.Caller
	// Fault is why there is no caller, for operators alone; "" if there need not be one.
	Fault callers.Fault
	// Peer is the address at the other end of the connection, that of a proxy if there is one;
	// not valid if it is not known.
	Peer     netip.AddrPort
	Start    time.Time
	Duration time.Duration
	Request  *livenessv1.IssueLivenessTokenRequest
	// Flow is the flow asked for; 0 if none that is known.
	Flow providers.Flow
	// Idempotency is how the call's idempotency key was dealt with, "" if it has none.
	Idempotency idempotency.Outcome
	// Duplicate says that the key has come to another answer elsewhere too.
	Duplicate bool
	// Outcome is what was tried for the call. If the call Repeats another, it is empty,
	// or of a failure that they share.
	Outcome routing.Outcome
	// RetryAfter is how long it is until what is the caller's allows another call, if that is
	// what the call failed of; 0 otherwise.
	RetryAfter time.Duration
	// Err is why the call failed, nil if it issued a token.
	Err *providers.Error
	// TraceID is the trace that the call belongs to, "" if there is none that anybody
	// else knows of. The observer that makes spans sets it.
	TraceID string

	// Received is for who serves the call; observers leave it alone.
	Received
}

// Received is what the transport knows of a call, and what the call holds of memory and
// admission until it has ended.
type Received struct {
	// Metadata is what the caller sent beside the message; nil if the transport has none.
	Metadata Metadata
	// Resent says that the client has sent the call before (gRFC A6).
	Resent bool
	// Settings are those of the configuration that the call began under. The dispatcher sets
	// them.
	Settings *settings.Settings
	// Refused is why the transport cannot take the call, nil if it can.
	Refused *providers.Error
	// Status, if it is not 0, replaces the HTTP status of the failure's reason: one reason
	// covers 404, 405 and 415.
	Status int
	// Read reads the message from the transport, or says why it cannot be taken; nil if it
	// is there already.
	Read func(context.Context, proto.Message) *providers.Error
	// Arrival is how long the message took to arrive.
	Arrival time.Duration

	// Answer is what the RPC answered with, for a transport that looks for it here.
	Answer any

	// Permit is what the call holds of admission.
	Permit admission.Permit
	// Photos are the message's, in order, in place of the placeholders that it has.
	Photos []sensitive.Bytes
	// Memory is what holds the photos.
	Memory message.Held
}

// Metadata is what a caller sends beside its message: gRPC metadata or a REST header.
type Metadata interface {
	// Values returns the values under a name in lower case.
	Values(name string) []string
}

// Refuse has the call refused, unless it is already: what was found first stands.
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

// ReleasePhotos gives the photos back before the call has ended. They must not be read any
// more. It may be called from any goroutine, also when the call has ended meanwhile.
func (c *Call) ReleasePhotos() {
	c.Permit.ReleaseBytes()
	c.Memory.Free()
}

// New returns a call that begins now. Whoever makes it releases it.
func New(transport Transport) *Call {
	return &Call{
		Transport: transport, RequestID: rand.Text(), Start: time.Now(),
		Received: Received{Memory: message.Held{Memory: sensitive.GarbageCollected{}}},
	}
}

// Value returns what the caller sent beside the message under a name in lower case,
// several values with commas between; "" if there is none.
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
		return c.RetryAfter // what the caller's quota says
	}
	if retry > 0 && c.Outcome.RetryAfter > 0 {
		return c.Outcome.RetryAfter // what routing knows of its targets
	}
	return retry
}

// ComeBackIn sets RetryAfter to that wait and up to a fifth more, so that calls that were
// refused together do not come back together. Any earlier they would be refused again.
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

var flows = map[livenessv1.Flow]providers.Flow{
	livenessv1.Flow_FLOW_APP_SDK:       providers.FlowAppSDK,
	livenessv1.Flow_FLOW_HOSTED_PAGE:   providers.FlowHostedPage,
	livenessv1.Flow_FLOW_JS_SDK:        providers.FlowJSSDK,
	livenessv1.Flow_FLOW_SPOKEN_DIGITS: providers.FlowSpokenDigits,
}

// FlowOf returns the contract's flow as providers know it, 0 for what is none.
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

// AsError returns err as the one type of failure; what is no failure yet is a fault of the
// gateway's own.
func AsError(err error) *providers.Error {
	if failure, ok := errors.AsType[*providers.Error](err); ok {
		return failure
	}
	return &providers.Error{Reason: providers.Internal, Cause: err}
}
