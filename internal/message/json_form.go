package message

import (
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// jsonForm says which form of JSON the contract has at a path of the message, "" where
// it has none. It comes from the contract, so no value can be in it.
func jsonForm(message protoreflect.MessageDescriptor, path providers.Path) string {
	if path == "" {
		return "an object"
	}
	segments := strings.Split(string(path), ".")
	for i, segment := range segments {
		name, _, element := strings.Cut(segment, "[")
		field := fieldNamed(message, name)
		switch {
		case field == nil:
			return ""
		case i == len(segments)-1 && field.IsList() && !element:
			return "a list"
		case i == len(segments)-1:
			return formOf(field)
		case field.Kind() != protoreflect.MessageKind:
			return ""
		}
		message = field.Message()
	}
	return ""
}

// fieldNamed returns the field of that name, which JSON takes in two spellings.
func fieldNamed(message protoreflect.MessageDescriptor, name string) protoreflect.FieldDescriptor {
	if field := message.Fields().ByJSONName(name); field != nil {
		return field
	}
	return message.Fields().ByTextName(name)
}

// formOf says how JSON has one value of the field.
func formOf(field protoreflect.FieldDescriptor) string {
	switch field.Kind() {
	case protoreflect.BoolKind:
		return "true or false"
	case protoreflect.StringKind:
		return "text"
	case protoreflect.BytesKind:
		return "text in base64"
	case protoreflect.EnumKind:
		return "one of " + strings.Join(namesOf(field.Enum()), ", ")
	case protoreflect.MessageKind, protoreflect.GroupKind:
		if field.Message().FullName() == "google.protobuf.Duration" {
			return `a duration such as "600s"`
		}
		return "an object"
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		return "a number"
	default:
		return "a whole number"
	}
}

// namesOf returns the names that ask for something.
func namesOf(enum protoreflect.EnumDescriptor) (names []string) {
	for i := range enum.Values().Len() {
		if value := enum.Values().Get(i); value.Number() != 0 {
			names = append(names, string(value.Name()))
		}
	}
	return names
}
