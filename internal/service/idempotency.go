package service

import (
	"context"
	"errors"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// canonicalForm is the version of the bytes that canonical and proto.Marshal make of a message. It
// must be raised when either of them, or the contract, would make different ones of the same message.
const canonicalForm = 1

// tried is the failure of a run, together with what was tried: all callers who share the run learn it.
type tried struct {
	outcome *routing.Outcome
	cause   error
}

func (t *tried) Error() string { return t.cause.Error() }

func (t *tried) Unwrap() error { return t.cause }

// issueOnce answers a call that has an idempotency key: with a token of its own, or with the answer
// of another call under the same key.
//
// The run may outlive this call and so never touches it. It has an outcome of its own, which the
// call gets when the run has ended.
func (s *Service) issueOnce(ctx context.Context, c *call.Call) (*livenessv1.IssueLivenessTokenResponse, error) {
	encoded, err := proto.MarshalOptions{Deterministic: true}.Marshal(canonical(c.Request))
	if err != nil {
		return nil, err
	}
	var outcome *routing.Outcome
	var response *livenessv1.IssueLivenessTokenResponse
	query := queryOf(c)
	memory := &message.Held{Memory: c.Memory.Memory}
	memory.Ref() // for the run
	query.ReleasePhotos = func() {
		memory.Free()
		c.ReleasePhotos()
	}
	result, err := s.keeper.Do(ctx, idempotency.Call{
		Caller: c.CallerName(), Key: c.Request.GetIdempotencyKey(), Message: withPhotos(encoded, c.Photos), Form: canonicalForm,
		Run: func(ctx context.Context) (idempotency.Answer, error) {
			query.Hold = func(until time.Time) (release func()) { return idempotency.Hold(ctx, until) }
			issued, err := s.issuer.Issue(ctx, query)
			if err != nil {
				return idempotency.Answer{}, &tried{issued, err}
			}
			outcome, response = issued, responseOf(issued, query.Request)
			content, err := proto.Marshal(response)
			return idempotency.Answer{Content: content, Expires: issued.Token.Expiry.Time}, err
		},
		Release: memory.Free,
	})
	c.Idempotency, c.Duplicate = result.Outcome, result.Duplicate
	if err != nil {
		return nil, keyFailed(c, err)
	}
	if result.Outcome == idempotency.Issued {
		c.Outcome = *outcome
		return response, nil
	}
	response = &livenessv1.IssueLivenessTokenResponse{}
	if err := proto.Unmarshal(result.Answer, response); err != nil {
		return nil, err
	}
	response.Replayed = c.Repeats()
	return response, nil
}

// canonical returns the message in a form that is the same for all messages that mean the same: lists
// that are really sets are sorted and name nothing twice.
func canonical(request *livenessv1.IssueLivenessTokenRequest) *livenessv1.IssueLivenessTokenRequest {
	if isSet(request.GetAcceptedProducts()) && isSet(request.GetRegions()) {
		return request
	}
	canonical := proto.CloneOf(request)
	canonical.AcceptedProducts = setOf(canonical.GetAcceptedProducts())
	canonical.Regions = setOf(canonical.GetRegions())
	return canonical
}

func isSet(names []string) bool {
	for i := 1; i < len(names); i++ {
		if names[i-1] >= names[i] {
			return false
		}
	}
	return true
}

func setOf(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

// withPhotos returns an encoded message and its photos as parts. The key may stay in the message:
// only messages with the same key are compared.
func withPhotos(encoded []byte, photos []sensitive.Bytes) []idempotency.Part {
	parts := make([]idempotency.Part, 1, 1+len(photos))
	parts[0] = idempotency.Part{encoded}
	for _, photo := range photos {
		parts = append(parts, photo.Pieces())
	}
	return parts
}

// keyFailed returns the failure of a call that has an idempotency key.
func keyFailed(c *call.Call, err error) error {
	switch c.Idempotency {
	case idempotency.Reused:
		return &providers.Error{Reason: providers.IdempotencyKeyReused, Violations: []providers.Violation{{
			Path: providers.FieldIdempotencyKey.Path(), Reason: providers.IdempotencyKeyReused,
			Description: "was used with another message",
		}}}
	case idempotency.InProgress:
		return &providers.Error{Reason: providers.IdempotencyKeyInProgress}
	case idempotency.OverQuota:
		if quota, ok := errors.AsType[*idempotency.QuotaError](err); ok {
			c.ComeBackIn(quota.Wait)
		}
		return &providers.Error{Reason: providers.CallerQuotaExceeded, Message: "too many idempotency keys of the caller"}
	case idempotency.Unavailable:
		return &providers.Error{Reason: providers.IdempotencyUnavailable, Cause: err}
	case idempotency.Left:
		if errors.Is(err, context.Canceled) {
			return &providers.Error{Reason: providers.CallerCancelled}
		}
		if errors.Is(err, idempotency.ErrRunning) {
			return &providers.Error{
				Reason: providers.VendorTimeout, Message: "the call goes on; the same key will answer with what it comes to",
			}
		}
		return &providers.Error{Reason: providers.DeadlineTooShort, Message: "time ran out before there was an answer"}
	default:
	}
	if panicked, ok := errors.AsType[*idempotency.PanicError](err); ok {
		return &providers.Error{Reason: providers.Internal, Cause: call.PanicError(panicked.Value, panicked.Stack)}
	}
	if failed, ok := errors.AsType[*tried](err); ok {
		c.Outcome = *failed.outcome
	}
	return err
}
