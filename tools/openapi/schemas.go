package main

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/tools/openapi/jsonschema"
	"github.com/liveness-gateway/gateway/tools/openapi/rules"
)

// schemas are those of messages and enums by their names, as they come to be needed.
type schemas struct {
	files *protoregistry.Files
	made  map[string]*jsonschema.Schema
	// descriptions are of messages whose contract has no comments here; their fields without one
	// are left out.
	descriptions map[protoreflect.FullName]string
}

// side is who sends a message.
type side int

const (
	// caller's messages have every rule and no field beyond.
	caller side = iota
	// gateway's have every field that is never absent, and may have more in a later version.
	gateway
	// form is the caller's in a form, whose photos are parts of it.
	form
)

// suffixes tell the schemas of one message apart.
var suffixes = map[side]string{form: ".form"}

func reference(name string) string { return "#/components/schemas/" + name }

// message returns a reference to the schema of a message.
func (s *schemas) message(message protoreflect.MessageDescriptor, from side) (*jsonschema.Schema, error) {
	if from == form && !leadsToPhotos(message) {
		from = caller
	}
	name := string(message.FullName()) + suffixes[from]
	if made := s.made[name]; made != nil {
		if (made.AdditionalProperties == nil) != (from == gateway) {
			return nil, fmt.Errorf("%s is sent by callers and by the gateway, which has no form yet", name)
		}
		return &jsonschema.Schema{Ref: reference(name)}, nil
	}
	made := &jsonschema.Schema{Type: "object", Description: s.description(message)}
	s.made[name] = made
	if from != gateway {
		made.AdditionalProperties = false
	}
	for i := range message.Fields().Len() {
		field := message.Fields().Get(i)
		if from == form && isPhotos(field) || s.isSilent(field) {
			continue
		}
		value, err := s.field(field, from)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", field.FullName(), err)
		}
		made.Properties = append(made.Properties, jsonschema.Member[*jsonschema.Schema]{Name: field.JSONName(), Value: value})
		if from == gateway && !field.HasPresence() || from != gateway && rules.Of(field).GetRequired() {
			made.Required = append(made.Required, field.JSONName())
		}
	}
	if from == caller || from == form && !hasPhotos(message) {
		if err := rules.ApplyMessage(made, message); err != nil {
			return nil, err
		}
	}
	return &jsonschema.Schema{Ref: reference(name)}, nil
}

// field returns the schema of a field's value.
func (s *schemas) field(field protoreflect.FieldDescriptor, from side) (*jsonschema.Schema, error) {
	value, err := s.value(field, from)
	if err != nil {
		return nil, err
	}
	switch {
	case field.IsMap():
		entry, err := s.value(field.MapValue(), from)
		if err != nil {
			return nil, err
		}
		value = &jsonschema.Schema{Type: "object", AdditionalProperties: entry}
	case field.IsList():
		value = &jsonschema.Schema{Type: "array", Items: value}
	}
	value.Description = s.description(field)
	if from != gateway {
		err = rules.Apply(value, rules.Of(field), field)
	}
	return value, err
}

// value returns the schema of one value of a field, as JSON has those of protocol buffers.
func (s *schemas) value(field protoreflect.FieldDescriptor, from side) (*jsonschema.Schema, error) {
	switch field.Kind() {
	case protoreflect.StringKind:
		return &jsonschema.Schema{Type: "string"}, nil
	case protoreflect.BytesKind:
		return &jsonschema.Schema{Type: "string", ContentEncoding: "base64"}, nil
	case protoreflect.BoolKind:
		return &jsonschema.Schema{Type: "boolean"}, nil
	case protoreflect.Int32Kind:
		return &jsonschema.Schema{Type: "integer", Format: "int32"}, nil
	case protoreflect.EnumKind:
		return s.enum(field.Enum()), nil
	case protoreflect.MessageKind:
		switch {
		case field.IsMap():
			return nil, nil
		case field.Message().FullName() == "google.protobuf.Duration":
			return &jsonschema.Schema{Type: "string", Pattern: `^-?[0-9]+(\.[0-9]{1,9})?s$`}, nil
		case field.Message().FullName() == "google.protobuf.Timestamp":
			return &jsonschema.Schema{Type: "string", Format: "date-time"}, nil
		case strings.HasPrefix(string(field.Message().FullName()), "google.protobuf."):
			return nil, fmt.Errorf("%s has no form yet", field.Message().FullName())
		}
		return s.message(field.Message(), from)
	default:
		return nil, fmt.Errorf("fields of %s have no form yet", field.Kind())
	}
}

// enum returns a reference to the schema of an enum.
func (s *schemas) enum(enum protoreflect.EnumDescriptor) *jsonschema.Schema {
	name := string(enum.FullName())
	if s.made[name] == nil {
		made := &jsonschema.Schema{Type: "string", Description: s.description(enum) + "\n"}
		for i := range enum.Values().Len() {
			value := enum.Values().Get(i)
			made.Enum = append(made.Enum, value.Name())
			made.Description += "\n- `" + string(value.Name()) + "`: " + s.description(value)
		}
		s.made[name] = made
	}
	return &jsonschema.Schema{Ref: reference(name)}
}

// description is the comment of the contract, with the lines of a paragraph in one.
func (s *schemas) description(of protoreflect.Descriptor) string {
	if text, ok := s.descriptions[of.FullName()]; ok {
		return text
	}
	return comment(of)
}

func comment(of protoreflect.Descriptor) string {
	text := of.ParentFile().SourceLocations().ByDescriptor(of).LeadingComments
	var paragraphs []string
	for paragraph := range strings.SplitSeq(strings.ReplaceAll(text, "\n \n", "\n\n"), "\n\n") {
		paragraphs = append(paragraphs, strings.Join(strings.Fields(paragraph), " "))
	}
	return strings.Join(paragraphs, "\n\n")
}

// isSilent reports whether the field is of a message that the gateway borrows, and not one that
// it fills.
func (s *schemas) isSilent(field protoreflect.FieldDescriptor) bool {
	_, borrowed := s.descriptions[field.ContainingMessage().FullName()]
	_, filled := s.descriptions[field.FullName()]
	return borrowed && !filled
}

func isPhotos(field protoreflect.FieldDescriptor) bool {
	return strings.HasSuffix(providers.FieldPhotos.String(), "."+string(field.Name()))
}

func hasPhotos(message protoreflect.MessageDescriptor) bool {
	for i := range message.Fields().Len() {
		if isPhotos(message.Fields().Get(i)) {
			return true
		}
	}
	return false
}

func leadsToPhotos(message protoreflect.MessageDescriptor) bool {
	if hasPhotos(message) {
		return true
	}
	for i := range message.Fields().Len() {
		if below := message.Fields().Get(i).Message(); below != nil && leadsToPhotos(below) {
			return true
		}
	}
	return false
}
