package interceptor

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"buf.build/go/protovalidate"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/providers"
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

// validateMessage checks a message against the contract: no unknown fields, the rules of the
// proto files, and what those cannot say.
func validateMessage() grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		m := request.(proto.Message)
		if path, unknown := unknownField(m.ProtoReflect(), ""); unknown != nil {
			number, _, _ := protowire.ConsumeTag(unknown)
			return nil, message.Invalid(path, fmt.Sprintf("holds field number %d, which the contract does not know", number))
		}
		if !plain(m) {
			if issue, ok := m.(*livenessv1.IssueLivenessTokenRequest); ok {
				if violations := badNames(issue); violations != nil {
					return nil, &providers.Error{Reason: providers.InvalidRequest, Violations: violations}
				}
			}
			rules, err := contractRules()
			if err == nil {
				err = rules.Validate(m)
			}
			if err != nil {
				return nil, ruleBroken(err)
			}
		}
		if (&providers.Request{Photos: call.From(ctx).Photos}).PhotoBytes() > maxPhotoBytes {
			return nil, &providers.Error{Reason: providers.RequestTooLarge, Violations: []providers.Violation{{
				Path: providers.FieldPhotos.Path(), Reason: providers.RequestTooLarge, Description: "at most 19 MB together",
			}}}
		}
		return next(ctx, request)
	}
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
			Description: v.Proto.GetMessage(),
		})
	}
	return failure
}

// unknownField returns the first field, at any depth, that the contract does not know,
// and the path of the message that holds it; nil if there is none.
func unknownField(m protoreflect.Message, path providers.Path) (holder providers.Path, unknown protoreflect.RawFields) {
	if unknown := m.GetUnknown(); len(unknown) > 0 {
		return path, unknown
	}
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if field.Message() == nil || field.IsMap() || !m.Has(field) { // the contract's maps hold no messages
			continue
		}
		inner := providers.Path(field.Name())
		if path != "" {
			inner = path + "." + inner
		}
		if !field.IsList() {
			if holder, unknown = unknownField(m.Get(field).Message(), inner); unknown != nil {
				return holder, unknown
			}
			continue
		}
		for n := range m.Get(field).List().Len() {
			element := inner + providers.Path("["+strconv.Itoa(n)+"]")
			if holder, unknown = unknownField(m.Get(field).List().Get(n).Message(), element); unknown != nil {
				return holder, unknown
			}
		}
	}
	return "", nil
}
