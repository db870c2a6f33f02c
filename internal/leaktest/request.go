package leaktest

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/personal"
)

// Fill puts a canary into each field about the user of the message and of the messages in
// it that are there, and into the reference. What the contract comes to mark as personal is
// filled too.
func Fill(set *Set, message proto.Message) {
	fill(set, message.ProtoReflect())
}

func fill(set *Set, message protoreflect.Message) {
	fields := message.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		switch {
		case field.Message() != nil && field.IsList():
			for j := range message.Get(field).List().Len() {
				fill(set, message.Get(field).List().Get(j).Message())
			}
		case field.Message() != nil && message.Has(field):
			fill(set, message.Mutable(field).Message())
		case field.Message() == nil && (personal.Is(field) || field.Name() == "reference"):
			message.Set(field, valueOf(set, field))
		}
	}
}

// valueOf returns a canary that the field's rules let pass. A country has no room for one.
func valueOf(set *Set, field protoreflect.FieldDescriptor) protoreflect.Value {
	name := string(field.Name())
	switch {
	case field.Kind() == protoreflect.BytesKind:
		return protoreflect.ValueOfBytes(set.Photo(name))
	case name == "country":
		return protoreflect.ValueOfString("CN")
	case name == "number":
		return protoreflect.ValueOfString(set.IdentityNumber(name))
	case name == "return_url", name == "notify_url":
		return protoreflect.ValueOfString(set.URL(name))
	default:
		return protoreflect.ValueOfString(set.Text(name))
	}
}

// Request returns a request that the product serves, with a canary in each field about
// the user that it takes.
func Request(set *Set, product, scenario string) *livenessv1.IssueLivenessTokenRequest {
	r := &livenessv1.IssueLivenessTokenRequest{Scenario: scenario, AcceptedProducts: []string{product}}
	switch product {
	case "megvii.pc-web", "megvii.lite-page":
		r.Flow = livenessv1.Flow_FLOW_HOSTED_PAGE
		r.Callback = &livenessv1.Callback{}
		r.Comparison = &livenessv1.Comparison{
			IdentityDocument: &livenessv1.IdentityDocument{Type: livenessv1.IdentityDocumentType_IDENTITY_DOCUMENT_TYPE_IDENTITY_CARD},
			Photos:           []*livenessv1.Photo{{}},
		}
	case "megvii.h5-flash":
		r.Flow = livenessv1.Flow_FLOW_JS_SDK
		r.Comparison = &livenessv1.Comparison{Photos: []*livenessv1.Photo{{}}}
	case "megvii.random-number":
		r.Flow = livenessv1.Flow_FLOW_SPOKEN_DIGITS
	default:
		r.Flow = livenessv1.Flow_FLOW_APP_SDK
	}
	Fill(set, r)
	return r
}
