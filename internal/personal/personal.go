// Package personal finds what the contract says is about the end user: the fields that
// carry the option (liveness.v1.personal). A field that is marked there is known here.
package personal

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// Is reports whether the contract marks the field as personal.
func Is(field protoreflect.FieldDescriptor) bool {
	personal, _ := proto.GetExtension(field.Options(), livenessv1.E_Personal).(bool)
	return personal
}

// Texts returns the values of a message's personal fields of text, at any depth, in no
// order. Photos, which are bytes, are not among them.
func Texts(message proto.Message) []string { return texts(message.ProtoReflect(), nil) }

func texts(message protoreflect.Message, found []string) []string {
	message.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		switch {
		case field.IsMap():
			value.Map().Range(func(_ protoreflect.MapKey, value protoreflect.Value) bool {
				found = add(field, field.MapValue(), value, found)
				return true
			})
		case field.IsList():
			for i := range value.List().Len() {
				found = add(field, field, value.List().Get(i), found)
			}
		default:
			found = add(field, field, value, found)
		}
		return true
	})
	return found
}

// add appends what one value of the field holds. kind is the value's own descriptor, which
// of a map is another than the marked field.
func add(field, kind protoreflect.FieldDescriptor, value protoreflect.Value, found []string) []string {
	switch {
	case kind.Message() != nil:
		return texts(value.Message(), found)
	case kind.Kind() == protoreflect.StringKind && Is(field):
		return append(found, value.String())
	default:
		return found
	}
}
