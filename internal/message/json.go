package message

import (
	"bytes"
	"context"
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/message/contract"
	"github.com/liveness-gateway/gateway/internal/message/jsonbody"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// FromJSON decodes a message and its photos from a body in memory. It overwrites the body: photos
// are decoded in place. Unknown fields are errors, which quote no value.
func FromJSON(ctx context.Context, body []byte, memory sensitive.Memory, into proto.Message) ([]sensitive.Bytes, *providers.Error) {
	request, hasPhotos := into.(*livenessv1.IssueLivenessTokenRequest)
	if !hasPhotos {
		return nil, jsonbody.Decode(ctx, bytes.Clone(body), into) // the message may outlive the memory
	}
	if refused := jsonbody.Decode(ctx, body, request); refused != nil {
		return nil, refused
	}
	return takePhotos(request, memory), nil
}

// DecodeJSON decodes a request from a body, photos included, and leaves the body as it is.
func DecodeJSON(body []byte) (*livenessv1.IssueLivenessTokenRequest, *providers.Error) {
	request := &livenessv1.IssueLivenessTokenRequest{}
	if refused := jsonbody.Decode(context.Background(), bytes.Clone(body), request); refused != nil {
		return nil, refused
	}
	return request, nil
}

// Invalid returns the failure of a message that breaks a rule of the contract.
func Invalid(path providers.Path, description string) *providers.Error {
	return contract.Invalid(path, description)
}

// OneOf lists the values that an enum of the contract can have.
func OneOf(enum protoreflect.EnumDescriptor) string { return contract.OneOf(enum) }

// TooLarge returns the failure of a message that is longer than a limit in bytes.
func TooLarge(limit int) *providers.Error {
	return &providers.Error{Reason: providers.RequestTooLarge, Message: fmt.Sprintf("at most %d MiB", limit>>20)}
}
