package server

import (
	"context"
	"errors"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
)

// everyCaller owns all keys as long as callers are not told apart.
const everyCaller = ""

// tried is the failure of a call whose callers all learn what was tried.
type tried struct {
	outcome routing.Outcome
	cause   error
}

func (t *tried) Error() string { return t.cause.Error() }

func (t *tried) Unwrap() error { return t.cause }

// issueOnce answers a call that has an idempotency key: with a token of its own, or
// with the answer of another call under the key.
//
// The run may outlive this call and so never touches it: its outcome is its own, and is
// handed over when it has ended.
func issueOnce(
	ctx context.Context, issuer Issuer, keeper *idempotency.Keeper, call *Call,
) (*livenessv1.IssueLivenessTokenResponse, error) {
	message, err := canonical(call.Request)
	if err != nil {
		return nil, err
	}
	var outcome routing.Outcome
	query, reference := queryOf(call.Request), call.Request.GetReference()
	result, err := keeper.Do(ctx, idempotency.Call{
		Caller: everyCaller, Key: call.Request.GetIdempotencyKey(), Message: message,
		Run: func(ctx context.Context) (idempotency.Answer, error) {
			issued, err := issuer.Issue(ctx, query)
			if err != nil {
				return idempotency.Answer{}, &tried{issued, err}
			}
			outcome = issued
			content, err := proto.Marshal(responseOf(&issued, reference))
			return idempotency.Answer{Content: content, Expires: issued.Token.Expiry.Time}, err
		},
	})
	call.Idempotency = result.Outcome
	if err != nil {
		return nil, call.keyFailed(err)
	}
	if result.Outcome == idempotency.Issued {
		call.Outcome = outcome
	}
	response := &livenessv1.IssueLivenessTokenResponse{}
	if err := proto.Unmarshal(result.Answer, response); err != nil {
		return nil, err
	}
	response.Replayed = call.Repeats()
	return response, nil
}

// canonical returns the message in a form in which the same is always the same bytes.
// Photos are not copied. The key may stay in: messages are only compared under the same
// one.
func canonical(message *livenessv1.IssueLivenessTokenRequest) ([][]byte, error) {
	photos := message.GetComparison().GetPhotos()
	if photos != nil {
		message = shallowCopy(message)
		message.Comparison = shallowCopy(message.GetComparison())
		message.Comparison.Photos = nil
	}
	rest, err := proto.MarshalOptions{Deterministic: true}.Marshal(message)
	return append([][]byte{rest}, photos...), err
}

// shallowCopy returns a message with the same fields, not copies of them.
func shallowCopy[M proto.Message](message M) M {
	original := message.ProtoReflect()
	fields := original.New()
	original.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		fields.Set(field, value)
		return true
	})
	return fields.Interface().(M)
}

// keyFailed returns the failure of a call that has an idempotency key.
func (c *Call) keyFailed(err error) error {
	switch c.Idempotency {
	case idempotency.Reused:
		return &providers.Error{Reason: providers.IdempotencyKeyReused, Violations: []providers.Violation{{
			Path: providers.FieldIdempotencyKey.Path(), Reason: providers.IdempotencyKeyReused,
			Description: "was used with another message",
		}}}
	case idempotency.InProgress:
		return &providers.Error{Reason: providers.IdempotencyKeyInProgress}
	case idempotency.Unavailable:
		return &providers.Error{Reason: providers.IdempotencyUnavailable, Cause: err}
	case idempotency.Left:
		if errors.Is(err, context.Canceled) {
			return &providers.Error{Reason: providers.CallerCancelled}
		}
		return &providers.Error{Reason: providers.DeadlineTooShort, Message: "time ran out before there was an answer"}
	default:
	}
	if panicked, ok := errors.AsType[*idempotency.PanicError](err); ok {
		return &providers.Error{Reason: providers.Internal, Cause: panicError(panicked.Value, panicked.Stack)}
	}
	if failed, ok := errors.AsType[*tried](err); ok {
		c.Outcome = failed.outcome
	}
	return err
}
