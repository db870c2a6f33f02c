// Package contract is what decoders need to know of the proto files: the fields of a message by
// name and by number, and how much of each is taken. Limits are those of the proto files where they
// state any.
package contract

import (
	"regexp"
	"strconv"
	"strings"
	"sync"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/liveness-gateway/gateway/internal/providers"
)

const (
	// maxEntries bounds lists and maps without a rule, and how often an encoded protocol buffer
	// may set one field, where the last value counts.
	maxEntries = 64
	// maxTextBytes bounds texts without a rule of their own.
	maxTextBytes = 4096
	// maxRune is the most bytes that a character takes.
	maxRune = 4
)

// Message describes a type of messages.
type Message struct {
	byName map[string]*Field
	// byNumber has the fields with numbers below dense, rare the others.
	byNumber []*Field
	rare     map[protowire.Number]*Field
	// Fields is how many fields the message has.
	Fields int
	// FieldsBelow is how many it has together with all messages within it.
	FieldsBelow int
}

// Field describes a field of a message.
type Field struct {
	protoreflect.FieldDescriptor

	// Index counts the fields of the message, and Place those of the whole tree.
	Index, Place int
	// MaxEntries bounds a list, and MaxTimes how often the field may be set in all.
	MaxEntries, MaxTimes int
	// MaxBytes bounds a text, and TooLong says so. It is above the rule's own limit: a text that
	// is only a little too long is left to the validator, which reports all mistakes together.
	MaxBytes int
	TooLong  string
	// Message is the type of the field's messages, nil if it has none.
	Message *Message
	// WellKnown says that such messages have a form of their own in JSON.
	WellKnown bool
	// Values are the values of an enum by name.
	Values map[string]protoreflect.EnumNumber
}

// Named returns the field with that name in JSON, nil if there is none. It does not keep the name,
// which may be part of a body.
func (m *Message) Named(name []byte) *Field { return m.byName[string(name)] }

// Numbered returns the field of a number, nil if there is none.
func (m *Message) Numbered(number protowire.Number) *Field {
	if int(number) < len(m.byNumber) {
		return m.byNumber[number]
	}
	return m.rare[number]
}

// TooMany says, as the validator would, that a list has too many entries.
func (f *Field) TooMany() string {
	return "must contain no more than " + strconv.Itoa(f.MaxEntries) + " item(s)"
}

// messages holds what Of has returned, by the name of the type.
var messages sync.Map

// Of returns the description of a type of messages.
func Of(descriptor protoreflect.MessageDescriptor) *Message {
	if known, ok := messages.Load(descriptor.FullName()); ok {
		return known.(*Message)
	}
	t := tree{made: make(map[protoreflect.FullName]*Message)}
	root := t.message(descriptor, 1)
	root.FieldsBelow = t.fields
	known, _ := messages.LoadOrStore(descriptor.FullName(), root)
	return known.(*Message)
}

// tree describes a type and all types within it, each once.
type tree struct {
	made   map[protoreflect.FullName]*Message
	fields int
}

// dense is the bound below which fields are found by number without a map.
const dense = 64

// message describes a type of which lists around it allow so many messages.
func (t *tree) message(descriptor protoreflect.MessageDescriptor, times int) *Message {
	if made := t.made[descriptor.FullName()]; made != nil {
		return made
	}
	fields := descriptor.Fields()
	m := &Message{
		byName: make(map[string]*Field), byNumber: make([]*Field, dense),
		rare: make(map[protowire.Number]*Field), Fields: fields.Len(),
	}
	t.made[descriptor.FullName()] = m
	for i := range fields.Len() {
		f := t.field(fields.Get(i), times)
		f.Index = i
		m.byName[f.JSONName()], m.byName[f.TextName()] = f, f
		if f.Number() < dense {
			m.byNumber[f.Number()] = f
		} else {
			m.rare[f.Number()] = f
		}
	}
	return m
}

func (t *tree) field(descriptor protoreflect.FieldDescriptor, times int) *Field {
	f := &Field{FieldDescriptor: descriptor, Place: t.fields, MaxEntries: maxEntries}
	t.fields++
	rules, _ := proto.GetExtension(descriptor.Options(), validate.E_Field).(*validate.FieldRules)
	f.MaxTimes = maxEntries * times
	if descriptor.IsList() {
		if most := rules.GetRepeated().GetMaxItems(); most > 0 {
			f.MaxEntries = int(most)
		}
		f.MaxTimes = f.MaxEntries * times
		times = f.MaxTimes
		rules = rules.GetRepeated().GetItems()
	}
	switch descriptor.Kind() {
	case protoreflect.StringKind:
		f.MaxBytes, f.TooLong = textLimit(rules.GetString())
	case protoreflect.EnumKind:
		f.Values = make(map[string]protoreflect.EnumNumber)
		for i := range descriptor.Enum().Values().Len() {
			value := descriptor.Enum().Values().Get(i)
			f.Values[string(value.Name())] = value.Number()
		}
	case protoreflect.MessageKind:
		f.Message = t.message(descriptor.Message(), times)
		f.WellKnown = strings.HasPrefix(string(descriptor.Message().FullName()), "google.protobuf.")
	default:
	}
	return f
}

// textLimit returns how many bytes of a text are taken, so that the validator is never given more.
func textLimit(rules *validate.StringRules) (bytes int, tooLong string) {
	switch {
	case rules.GetMaxBytes() > 0:
		return max(maxTextBytes, 2*int(rules.GetMaxBytes())), "must be at most " + strconv.FormatUint(rules.GetMaxBytes(), 10) + " bytes"
	case rules.GetMaxLen() > 0:
		return max(maxTextBytes, maxRune*int(rules.GetMaxLen())), "must be at most " + strconv.FormatUint(rules.GetMaxLen(), 10) + " characters"
	default:
		return maxTextBytes, "must be at most " + strconv.Itoa(maxTextBytes) + " bytes"
	}
}

// nameLike matches what can be the name of a field.
var nameLike = regexp.MustCompile(`^[A-Za-z_]{1,40}[0-9]?$`)

// Quotable reports whether an unknown name may be repeated to the caller, because it looks like a
// field's. Any other, such as one with the digits of an ID, is content.
func Quotable(name []byte) bool { return nameLike.Match(name) }

// Invalid returns the failure of a message that breaks a rule of the contract.
func Invalid(path providers.Path, description string) *providers.Error {
	return &providers.Error{Reason: providers.InvalidRequest, Violations: []providers.Violation{
		{Path: path, Reason: providers.InvalidRequest, Description: description},
	}}
}

// OneOf lists the names of an enum's values, without the unspecified one.
func OneOf(enum protoreflect.EnumDescriptor) string {
	var names []string
	for i := range enum.Values().Len() {
		if value := enum.Values().Get(i); value.Number() != 0 {
			names = append(names, string(value.Name()))
		}
	}
	return "one of " + strings.Join(names, ", ")
}
