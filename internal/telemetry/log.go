package telemetry

import (
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/server"
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

// AccessLog returns an observer that writes one line for each call: what it came to
// and how long it took, nothing of what it held.
func AccessLog(logger *zap.Logger) func(*server.Call) {
	return func(call *server.Call) {
		entry := logger.Check(levelOf(call), "call")
		if entry == nil {
			return
		}
		fields := []zap.Field{
			zap.String("request_id", call.RequestID),
			zap.String("transport", string(call.Transport)),
			zap.String("flow", flowLabel(call)),
			zap.String("code", codeName(call.Code())),
			zap.Int("http_status", call.HTTPStatus()),
			zap.String("reason", string(call.Reason())),
			zap.Float64("duration_ms", milliseconds(call.Duration)),
			zap.Float64("vendor_ms", milliseconds(call.VendorTime())),
		}
		if call.Idempotency != "" {
			fields = append(fields, zap.String("idempotency", string(call.Idempotency)))
		}
		if issued := call.Outcome.Issued(); issued != nil {
			fields = append(fields, zap.String("product", issued.Product.ID), zap.String("account", issued.Account))
		}
		if len(call.Outcome.Attempts) > 0 {
			fields = append(fields, zap.Array("attempts", attempts(call.Outcome.Attempts)))
		}
		if len(call.Outcome.HeldBack) > 0 {
			fields = append(fields, zap.Array("held_back", heldBack(call.Outcome.HeldBack)))
		}
		if call.Outcome.Waited > 0 {
			fields = append(fields, zap.Float64("waited_ms", milliseconds(call.Outcome.Waited)))
		}
		if tellsCause(call.Err) {
			fields = append(fields, zap.String("cause", call.Err.Cause.Error()))
		}
		entry.Write(fields...)
	}
}

// tellsCause reports whether an operator needs the cause to mend the failure. Those of
// attempts stand with the attempts.
func tellsCause(failure *providers.Error) bool {
	return failure != nil && failure.Cause != nil &&
		(failure.Reason == providers.Internal || failure.Reason == providers.IdempotencyUnavailable)
}

// levelOf is an error for a fault of ours, a warning for what an operator may have to
// mend, and information otherwise.
func levelOf(call *server.Call) zapcore.Level {
	switch status := call.HTTPStatus(); {
	case call.Reason() == providers.Internal:
		return zapcore.ErrorLevel
	case status >= 500:
		return zapcore.WarnLevel
	default:
		return zapcore.InfoLevel
	}
}

type attempts []routing.Attempt

// MarshalLogArray writes the attempts in order.
func (a attempts) MarshalLogArray(array zapcore.ArrayEncoder) error {
	for i := range a {
		if err := array.AppendObject((*attempt)(&a[i])); err != nil {
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

type heldBack []routing.HeldBack

// MarshalLogArray writes the targets that were held back, and why.
func (h heldBack) MarshalLogArray(array zapcore.ArrayEncoder) error {
	for i := range h {
		if err := array.AppendObject((*held)(&h[i])); err != nil {
			return err
		}
	}
	return nil
}

type held routing.HeldBack

// MarshalLogObject writes one target that was held back.
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
