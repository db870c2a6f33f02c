package message

import (
	"context"

	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/message/contract"
	"github.com/liveness-gateway/gateway/internal/message/form"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// The names of the parts of a form: the request as JSON, and the photos one by one.
const (
	PartRequest = "request"
	PartPhotos  = "photos"
)

// MaxBoundary is the longest boundary of a form in bytes.
const MaxBoundary = form.MaxBoundary

// FromForm decodes a message from a multipart/form-data body in memory: one part holds the message
// as JSON, and each other part a photo, which is not copied.
func FromForm(ctx context.Context, body []byte, boundary string, memory sensitive.Memory, into proto.Message) ([]sensitive.Bytes, *providers.Error) {
	parts, refused := form.Split(ctx, body, boundary)
	if refused != nil {
		return nil, refused
	}
	var request *form.Part
	var photos [][]byte
	for i := range parts {
		p := &parts[i]
		switch {
		case p.Name == PartPhotos:
			photos = append(photos, p.Content)
		case p.Name != PartRequest:
			return nil, unknownPart(p.Name)
		case request != nil:
			return nil, contract.Invalid(PartRequest, "stands in the form twice")
		default:
			request = p
		}
	}
	if request == nil {
		return nil, contract.Invalid(PartRequest, "is missing in the form")
	}
	inRequest, refused := FromJSON(ctx, request.Content, memory, into)
	if refused != nil || len(photos) == 0 {
		return inRequest, refused
	}
	message, hasPhotos := into.(*livenessv1.IssueLivenessTokenRequest)
	switch {
	case !hasPhotos:
		return nil, unknownPart(PartPhotos)
	case len(inRequest) > 0:
		return nil, contract.Invalid(providers.FieldPhotos.Path(), "stand in the part "+PartRequest+" and in parts of their own")
	}
	return addPhotos(photos, memory, message), nil
}

func unknownPart(name string) *providers.Error {
	if !contract.Quotable([]byte(name)) {
		name = ""
	}
	return contract.Invalid(providers.Path(name), "is not a part of the form, which has "+PartRequest+" and "+PartPhotos)
}

// addPhotos adds photos, which are in memory, to a message without any.
func addPhotos(photos [][]byte, memory sensitive.Memory, message *livenessv1.IssueLivenessTokenRequest) []sensitive.Bytes {
	if message.GetComparison() == nil {
		message.Comparison = &livenessv1.Comparison{}
	}
	for _, photo := range photos {
		message.Comparison.Photos = append(message.Comparison.Photos, &livenessv1.Photo{Content: photo})
	}
	return takePhotos(message, memory)
}
