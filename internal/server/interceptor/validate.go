package interceptor

import (
	"context"
	"errors"
	"sync"

	"buf.build/go/protovalidate"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// maxPhotoBytes bounds the photos of a request together, so that every product's own
// bound on its request holds as well.
const maxPhotoBytes = 19_000_000

// contractRules are the contract's rules, compiled for the first message that is not plain, once
// in a process: that takes a third of the gateway's start and 2 MB.
var contractRules = sync.OnceValues(newValidator)

// newValidator compiles the contract's rules; those of another RPC are compiled at its first
// call.
func newValidator() (protovalidate.Validator, error) {
	return protovalidate.New(protovalidate.WithMessages(&livenessv1.IssueLivenessTokenRequest{}))
}

// validateMessage checks a message against the contract: the rules of the proto files, and what
// those cannot say. Fields that the contract does not know have been refused when the message
// was decoded.
func validateMessage(ctx context.Context, request any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	c, m := call.From(ctx), request.(proto.Message)
	if !plain(m) {
		if refused := check(m); refused != nil {
			return nil, refused
		}
	}
	if r, ok := m.(*livenessv1.IssueLivenessTokenRequest); ok {
		rules := callbackRules{allowPrivate: c.Settings.PrivateCallbacks()}
		if violations := rules.badCallbacks(r.GetCallback()); violations != nil {
			return nil, &providers.Error{Reason: providers.InvalidRequest, Violations: violations}
		}
	}
	if len(c.Photos) > 0 {
		if refused := checkPhotos(c.Photos); refused != nil {
			return nil, refused
		}
	}
	return next(ctx, request)
}

// checkPhotos refuses photos that are too large together.
func checkPhotos(photos []sensitive.Bytes) *providers.Error {
	if (&providers.Request{Photos: photos}).PhotoBytes() <= maxPhotoBytes {
		return nil
	}
	return &providers.Error{Reason: providers.RequestTooLarge, Violations: []providers.Violation{{
		Path: providers.FieldPhotos.Path(), Reason: providers.RequestTooLarge, Description: "at most 19 MB together",
	}}}
}

// check returns which rules a message breaks, nil if none.
func check(m proto.Message) *providers.Error {
	request, ok := m.(*livenessv1.IssueLivenessTokenRequest)
	if violations := badNames(request); violations != nil {
		return &providers.Error{Reason: providers.InvalidRequest, Violations: violations}
	}
	rules, err := contractRules()
	if err == nil {
		err = rules.Validate(m)
	}
	if err != nil {
		return ruleBroken(err)
	}
	if !ok {
		return nil
	}
	// The rules see a duration as what it amounts to.
	if lifetime := request.GetTokenLifetime(); lifetime != nil && lifetime.CheckValid() != nil {
		return message.Invalid("token_lifetime", "must be whole seconds")
	}
	return nil
}

// ruleBroken turns what the validator found into our failure. Its messages state the
// rule and never the value.
func ruleBroken(err error) *providers.Error {
	var broken *protovalidate.ValidationError
	if !errors.As(err, &broken) {
		return &providers.Error{Reason: providers.Internal, Cause: err}
	}
	failure := &providers.Error{Reason: providers.InvalidRequest}
	for _, v := range broken.Violations[:min(len(broken.Violations), maxViolations)] {
		failure.Violations = append(failure.Violations, providers.Violation{
			Path:        providers.Path(protovalidate.FieldPathString(v.Proto.GetField())),
			Reason:      providers.InvalidRequest,
			Description: describe(v),
		})
	}
	return failure
}

// describe says what a value must be. The rules of enums do not name the values.
func describe(v *protovalidate.Violation) string {
	switch {
	case v.FieldDescriptor == nil || v.FieldDescriptor.Enum() == nil:
		return v.Proto.GetMessage()
	case v.Proto.GetRuleId() == "required":
		return "is required: " + message.OneOf(v.FieldDescriptor.Enum())
	default:
		return "must be " + message.OneOf(v.FieldDescriptor.Enum())
	}
}
