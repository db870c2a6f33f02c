// Package accesslog is the log: one line for each call, written without ever making the call wait.
// It must not know how calls are served, nor what else observes them.
package accesslog

import (
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// NewLogger returns a logger that writes one JSON object a line. It drops nothing:
// every call has its line.
func NewLogger(output zapcore.WriteSyncer, level zapcore.LevelEnabler) *zap.Logger {
	encoder := zap.NewProductionEncoderConfig()
	encoder.TimeKey = "time"
	encoder.EncodeTime = zapcore.RFC3339NanoTimeEncoder
	encoder.EncodeDuration = zapcore.StringDurationEncoder
	return zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(encoder), output, level))
}

// New returns an observer that writes one line for each call: its result and how long it took,
// nothing of its message. Of calls without a caller, if there must be one, it writes at most
// strangersASecond lines, and says in the next how many it left out.
func New(logger *zap.Logger, scenarios *Scenarios) func(*call.Call) {
	var strange strangers
	return func(c *call.Call) {
		entry := logger.Check(levelOf(c), "call")
		if entry == nil {
			return
		}
		var unwritten int64
		if c.Fault != "" {
			var ok bool
			if unwritten, ok = strange.admit(c.Start.Add(c.Duration)); !ok {
				return
			}
		}
		l := lines.Get().(*line)
		l.Call, l.scenarios, l.unwritten = c, scenarios, unwritten
		entry.Write(l.field[:]...)
		l.Call = nil
		clear(l.peer) // the pool keeps nobody's address
		lines.Put(l)
	}
}

// lines is a pool of lines.
var lines = sync.Pool{New: func() any {
	l := &line{}
	l.field[0] = zap.Inline(l)
	return l
}}

// line is the log's line about a call.
type line struct {
	*call.Call

	scenarios *Scenarios
	// unwritten is how many lines about strangers were left out before this one.
	unwritten int64
	// field is the line as zap takes it, and peer where the address of the peer is spelt: made for each
	// line, they would be two allocations of a call (TestAllocations).
	field [1]zap.Field
	peer  []byte
}

// MarshalLogObject writes the fields of the line, which costs less than a list of them.
func (l *line) MarshalLogObject(object zapcore.ObjectEncoder) error {
	c := l.Call
	object.AddString("request_id", c.RequestID)
	object.AddString("transport", string(c.Transport))
	l.addOrigin(object)
	object.AddString("flow", c.FlowName())
	addNonEmpty(object, "scenario", l.scenarios.label(c.Request.GetScenario()))
	object.AddString("code", c.CodeName())
	object.AddInt("http_status", c.HTTPStatus())
	object.AddString("reason", string(c.Reason()))
	object.AddFloat64("duration_ms", milliseconds(c.Duration))
	object.AddFloat64("vendor_ms", milliseconds(c.VendorTime()))
	addNonEmpty(object, "trace_id", c.TraceID)
	addNonEmpty(object, "idempotency", string(c.Idempotency))
	if c.Duplicate {
		object.AddBool("duplicate", true)
	}
	if issued := c.Outcome.Issued(); issued != nil {
		object.AddString("product", issued.Product.ID)
		object.AddString("account", issued.Account)
	}
	if c.Outcome.Waited > 0 {
		object.AddFloat64("waited_ms", milliseconds(c.Outcome.Waited))
	}
	if tellsCause(c.Err) {
		object.AddString("cause", c.Err.Cause.Error())
	}
	if c.Err != nil && len(c.Err.Violations) > 0 {
		if err := object.AddArray("fields", fieldsAtFault(c.Err.Violations)); err != nil {
			return err
		}
	}
	return l.addAttempts(object)
}

// addOrigin adds who made the call, and where it comes from.
func (l *line) addOrigin(object zapcore.ObjectEncoder) {
	addNonEmpty(object, "caller", l.CallerName())
	addNonEmpty(object, "authentication", string(l.Fault))
	if l.unwritten > 0 {
		object.AddInt64("unauthenticated_unlogged", l.unwritten)
	}
	if l.Peer.IsValid() {
		l.peer = l.Peer.AppendTo(l.peer[:0])
		object.AddByteString("peer", l.peer)
	}
	addNonEmpty(object, "caller_request_id", callerRequestID(l.Call))
}

// addAttempts adds the attempts, and the targets that were ruled out or unavailable.
func (l *line) addAttempts(object zapcore.ObjectEncoder) error {
	if len(l.Outcome.RuledOut) > 0 {
		if err := object.AddArray("ruled_out", ruledOut(l.Outcome.RuledOut)); err != nil {
			return err
		}
	}
	if len(l.Outcome.Attempts) > 0 {
		if err := object.AddArray("attempts", (*attempts)(&l.Outcome.Attempts)); err != nil {
			return err
		}
	}
	if len(l.Outcome.Unavailable) > 0 {
		return object.AddArray("unavailable", (*unavailable)(&l.Outcome.Unavailable))
	}
	return nil
}

// tellsCause reports whether an operator needs the cause to fix the failure. An attempt's
// cause is logged with the attempt.
func tellsCause(failure *providers.Error) bool {
	return failure != nil && failure.Cause != nil &&
		(failure.Reason == providers.Internal || failure.Reason == providers.IdempotencyUnavailable)
}

// levelOf is an error for a bug of the gateway, a warning for what an operator may have
// to fix, and information otherwise.
func levelOf(c *call.Call) zapcore.Level {
	switch status := c.HTTPStatus(); {
	case c.Reason() == providers.Internal:
		return zapcore.ErrorLevel
	case status >= 500:
		return zapcore.WarnLevel
	default:
		return zapcore.InfoLevel
	}
}

type attempts []routing.Attempt

// MarshalLogArray writes the attempts in order.
func (a *attempts) MarshalLogArray(array zapcore.ArrayEncoder) error {
	for i := range *a {
		if err := array.AppendObject((*attempt)(&(*a)[i])); err != nil {
			return err
		}
	}
	return nil
}

type attempt routing.Attempt

// MarshalLogObject writes one attempt, the vendor's message included: the log is the
// only place where it goes.
func (a *attempt) MarshalLogObject(object zapcore.ObjectEncoder) error {
	object.AddString("product", a.Target.Product.ID)
	object.AddString("account", a.Target.Account)
	object.AddString("kind", string(a.Kind))
	if a.Credential < len(a.Target.Credentials) {
		object.AddString("credential", a.Target.Credentials[a.Credential])
	}
	object.AddString("reason", string(a.Reason))
	object.AddFloat64("duration_ms", milliseconds(a.Duration))
	addNonEmpty(object, "vendor_code", a.Exchange.Code)
	addNonEmpty(object, "vendor_request_id", a.Exchange.RequestID)
	addNonEmpty(object, "vendor_text", a.Exchange.Text)
	if a.Exchange.HTTPStatus != 0 {
		object.AddInt("vendor_http_status", a.Exchange.HTTPStatus)
	}
	if a.Err != nil && a.Err.Cause != nil {
		object.AddString("cause", a.Err.Cause.Error())
	}
	return nil
}

type unavailable []route.Unavailable

// MarshalLogArray writes the targets that were unavailable, and why.
func (h *unavailable) MarshalLogArray(array zapcore.ArrayEncoder) error {
	for i := range *h {
		if err := array.AppendObject((*held)(&(*h)[i])); err != nil {
			return err
		}
	}
	return nil
}

type held route.Unavailable

// MarshalLogObject writes one target that was unavailable.
func (h *held) MarshalLogObject(object zapcore.ObjectEncoder) error {
	object.AddString("product", h.Target.Product.ID)
	object.AddString("account", h.Target.Account)
	object.AddString("why", string(h.Why))
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func addNonEmpty(object zapcore.ObjectEncoder, key, value string) {
	if value != "" {
		object.AddString(key, value)
	}
}
