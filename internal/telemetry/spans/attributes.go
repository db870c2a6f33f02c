package spans

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
)

// Where OpenTelemetry's semantic conventions have an attribute, that is used; these are
// the gateway's own. Their values are names of the contract and of the configuration, and
// the gateway's own request id: nothing that a caller or a vendor wrote.
const (
	attrRequestID   = attribute.Key("liveness.request_id")
	attrCaller      = attribute.Key("liveness.caller")
	attrFlow        = attribute.Key("liveness.flow")
	attrReason      = attribute.Key("liveness.reason")
	attrIdempotency = attribute.Key("liveness.idempotency")
	attrProvider    = attribute.Key("liveness.provider")
	attrProduct     = attribute.Key("liveness.product")
	attrAccount     = attribute.Key("liveness.account")
	attrRegion      = attribute.Key("liveness.region")
	attrAttemptKind = attribute.Key("liveness.attempt.kind")
	attrRuledOut    = attribute.Key("liveness.plan.ruled_out")
	attrUnavailable = attribute.Key("liveness.plan.unavailable")
)

// otherMethod is the name of all methods and paths that do not exist.
const otherMethod = "_OTHER"

// spanName is the RPC's name, over REST too.
func spanName(c *call.Call) string {
	if c.Reason() == providers.MethodUnknown {
		return otherMethod
	}
	return c.Method
}

// record describes the call in its span, makes the spans of the plan and the attempts within it,
// and ends them all.
func (s *Spans) record(ctx context.Context, span trace.Span, c *call.Call) {
	span.SetAttributes(
		attrRequestID.String(c.RequestID),
		attrFlow.String(c.FlowName()),
		attrReason.String(string(c.Reason())),
	)
	span.SetAttributes(protocolAttributes(c)...)
	if caller := c.CallerName(); caller != "" {
		span.SetAttributes(attrCaller.String(caller))
	}
	if c.Idempotency != "" {
		span.SetAttributes(attrIdempotency.String(string(c.Idempotency)))
	}
	if issued := c.Outcome.Issued(); issued != nil {
		span.SetAttributes(attrProduct.String(issued.Product.ID), attrAccount.String(issued.Account))
	}
	if c.HTTPStatus() >= 500 {
		failed(span, c.Reason())
	}
	if !c.Repeats() && !c.Outcome.Start.IsZero() {
		s.recordPlan(ctx, &c.Outcome)
	}
	span.End(trace.WithTimestamp(c.Start.Add(c.Duration)))
}

func protocolAttributes(c *call.Call) []attribute.KeyValue {
	if c.Transport == call.GRPC {
		return []attribute.KeyValue{
			semconv.RPCSystemNameGRPC,
			semconv.RPCMethod(spanName(c)),
			semconv.RPCResponseStatusCode(c.CodeName()),
		}
	}
	attributes := []attribute.KeyValue{semconv.HTTPResponseStatusCode(c.HTTPStatus())}
	if c.Reason() != providers.MethodUnknown {
		attributes = append(attributes, semconv.HTTPRequestMethodPost, semconv.HTTPRoute(c.Route))
	}
	return attributes
}

// recordPlan makes the span of the plan, and in it those of its attempts.
func (s *Spans) recordPlan(ctx context.Context, outcome *routing.Outcome) {
	ctx, span := s.start(ctx, "plan", trace.SpanKindInternal, outcome.Start)
	if len(outcome.RuledOut) > 0 {
		names := make([]string, len(outcome.RuledOut))
		for i, out := range outcome.RuledOut {
			names[i] = out.Target.Name()
		}
		span.SetAttributes(attrRuledOut.StringSlice(names))
	}
	if len(outcome.Unavailable) > 0 {
		names := make([]string, len(outcome.Unavailable))
		for i, held := range outcome.Unavailable {
			names[i] = held.Target.Name() + " " + string(held.Why)
		}
		span.SetAttributes(attrUnavailable.StringSlice(names))
	}
	for i := range outcome.Attempts {
		s.recordAttempt(ctx, &outcome.Attempts[i])
	}
	span.End(trace.WithTimestamp(outcome.Start.Add(outcome.Duration)))
}

func (s *Spans) recordAttempt(ctx context.Context, attempt *routing.Attempt) {
	_, span := s.start(ctx, "attempt", trace.SpanKindClient, attempt.Start)
	span.SetAttributes(
		attrProvider.String(attempt.Target.Provider),
		attrProduct.String(attempt.Target.Product.ID),
		attrAccount.String(attempt.Target.Account),
		attrRegion.String(attempt.Target.Region),
		attrAttemptKind.String(string(attempt.Kind)),
		attrReason.String(string(attempt.Reason)),
	)
	if attempt.Exchange.HTTPStatus != 0 {
		span.SetAttributes(semconv.HTTPResponseStatusCode(attempt.Exchange.HTTPStatus))
	}
	if attempt.Err != nil {
		failed(span, attempt.Reason)
	}
	span.End(trace.WithTimestamp(attempt.Start.Add(attempt.Duration)))
}

func (s *Spans) start(ctx context.Context, name string, kind trace.SpanKind, at time.Time) (context.Context, trace.Span) {
	return s.tracer.Start(ctx, name, trace.WithSpanKind(kind), trace.WithTimestamp(at))
}

// failed marks the span as failed for the reason; no text that others wrote goes with it.
func failed(span trace.Span, reason providers.Reason) {
	span.SetAttributes(semconv.ErrorTypeKey.String(string(reason)))
	span.SetStatus(codes.Error, "")
}
