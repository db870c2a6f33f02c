package server

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"buf.build/go/protovalidate"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// maxPhotoBytes bounds the photos of a request together, so that every product's own
// bound on its request holds as well.
const maxPhotoBytes = 19_000_000

// newValidator compiles the contract's rules, which takes a third of the gateway's start.
func newValidator() (protovalidate.Validator, error) {
	return protovalidate.New(
		protovalidate.WithMessages(&livenessv1.IssueLivenessTokenRequest{}),
		protovalidate.WithDisableLazy(),
	)
}

// validateMessage checks a message against the contract: no unknown fields, the rules of the
// proto files, and what those cannot say. The rules are compiled for the first message
// that is not plain.
func validateMessage() grpc.UnaryServerInterceptor {
	validator := sync.OnceValues(newValidator)
	messages := messagesIn((&livenessv1.IssueLivenessTokenRequest{}).ProtoReflect().Descriptor())
	return func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		message := request.(*livenessv1.IssueLivenessTokenRequest)
		if path, unknown := unknownField(message.ProtoReflect(), messages, ""); unknown != nil {
			number, _, _ := protowire.ConsumeTag(unknown)
			return nil, invalidRequest(path, fmt.Sprintf("holds field number %d, which the contract does not know", number))
		}
		if !plain(message) {
			rules, err := validator()
			if err == nil {
				err = rules.Validate(message)
			}
			if err != nil {
				return nil, ruleBroken(err)
			}
		}
		if (&providers.Request{Photos: callOf(ctx).photos}).PhotoBytes() > maxPhotoBytes {
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
	for _, v := range broken.Violations {
		failure.Violations = append(failure.Violations, providers.Violation{
			Path:        providers.Path(protovalidate.FieldPathString(v.Proto.GetField())),
			Reason:      providers.InvalidRequest,
			Description: v.Proto.GetMessage(),
		})
	}
	return failure
}

// messageField is a field that holds a message, and those in that.
type messageField struct {
	field protoreflect.FieldDescriptor
	inner []messageField
}

// messagesIn returns the fields of a message that hold messages. The request has no maps
// of messages.
func messagesIn(message protoreflect.MessageDescriptor) (fields []messageField) {
	for i := range message.Fields().Len() {
		if field := message.Fields().Get(i); field.Kind() == protoreflect.MessageKind && !field.IsMap() {
			fields = append(fields, messageField{field, messagesIn(field.Message())})
		}
	}
	return fields
}

// unknownField returns the first field, at any depth, that the contract does not know,
// and the path of the message that holds it; nil if there is none. fields are those of
// the message that hold messages.
func unknownField(message protoreflect.Message, fields []messageField, path providers.Path) (holder providers.Path, unknown protoreflect.RawFields) {
	if unknown := message.GetUnknown(); len(unknown) > 0 {
		return path, unknown
	}
	for _, f := range fields {
		if !message.Has(f.field) {
			continue
		}
		inner := providers.Path(f.field.Name())
		if path != "" {
			inner = path + "." + inner
		}
		if !f.field.IsList() {
			if holder, unknown := unknownField(message.Get(f.field).Message(), f.inner, inner); unknown != nil {
				return holder, unknown
			}
			continue
		}
		list := message.Get(f.field).List()
		for i := range list.Len() {
			element := inner + providers.Path("["+strconv.Itoa(i)+"]")
			if holder, unknown := unknownField(list.Get(i).Message(), f.inner, element); unknown != nil {
				return holder, unknown
			}
		}
	}
	return "", nil
}
