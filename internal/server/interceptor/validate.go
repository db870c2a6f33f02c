package interceptor

import (
	"context"
	"errors"
	"sync"

	"buf.build/go/protovalidate"
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

// contractRules are the contract's rules. They are compiled once, for the first message that is
// not plain: that would take a third of the gateway's start, and takes 2 MB.
var contractRules = sync.OnceValues(newValidator)

// newValidator compiles the contract's rules; those of another RPC are compiled at its first
// call.
func newValidator() (protovalidate.Validator, error) {
	return protovalidate.New(protovalidate.WithMessages(&livenessv1.IssueLivenessTokenRequest{}))
}

// validateMessage checks a message against the rules of the proto files, and against those that
// proto files cannot express. Unknown fields were already refused by the decoders.
func validateMessage(ctx context.Context, request any) *providers.Error {
	c, m := call.From(ctx), request.(proto.Message)
	if !plain(m) {
		if refused := brokenRules(m); refused != nil {
			return refused
		}
	}
	if r, ok := m.(*livenessv1.IssueLivenessTokenRequest); ok {
		rules := callbackRules{allowPrivate: c.Settings.PrivateCallbacks()}
		if violations := rules.badCallbacks(r.GetCallback()); violations != nil {
			return &providers.Error{Reason: providers.InvalidRequest, Violations: violations}
		}
	}
	return checkPhotos(c.Photos)
}

// checkPhotos refuses photos whose total size is too large.
func checkPhotos(photos []sensitive.Bytes) *providers.Error {
	if (&providers.Request{Photos: photos}).PhotoBytes() <= maxPhotoBytes {
		return nil
	}
	return &providers.Error{Reason: providers.RequestTooLarge, Violations: []providers.Violation{{
		Path: providers.FieldPhotos.Path(), Reason: providers.RequestTooLarge, Description: "at most 19 MB together",
	}}}
}

// brokenRules returns which rules a message breaks, nil if none.
func brokenRules(m proto.Message) *providers.Error {
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
	// The rules see a duration only as a sum of seconds and nanoseconds.
	if lifetime := request.GetTokenLifetime(); lifetime != nil && lifetime.CheckValid() != nil {
		return message.Invalid("token_lifetime", "must be whole seconds")
	}
	return nil
}

// ruleBroken turns what the validator found into a failure. The validator's messages state the
// rule and never the value.
func ruleBroken(err error) *providers.Error {
	broken, ok := errors.AsType[*protovalidate.ValidationError](err)
	if !ok {
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

// describe says what a value must be. For enums it adds the names, which the validator leaves out.
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
