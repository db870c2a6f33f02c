package server

import (
	"math"
	"unicode/utf8"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// exceptGoodLists leaves out the lists of text and of bytes that keep their rules: the library
// interprets rules of list items, which costs more than all the others together. The
// rules are read from the contract; a list that may break one goes to the library.
func exceptGoodLists(message protoreflect.MessageDescriptor) protovalidate.Filter {
	rules := make(map[protoreflect.FullName]listRules)
	collectLists(rules, message)
	return protovalidate.FilterFunc(func(m protoreflect.Message, descriptor protoreflect.Descriptor) bool {
		list, ok := rules[descriptor.FullName()]
		return !ok || !list.kept(m, descriptor.(protoreflect.FieldDescriptor))
	})
}

func collectLists(rules map[protoreflect.FullName]listRules, message protoreflect.MessageDescriptor) {
	for i := range message.Fields().Len() {
		field := message.Fields().Get(i)
		options, hasRules := proto.GetExtension(field.Options(), validate.E_Field).(*validate.FieldRules)
		switch {
		case field.IsList() && hasRules && field.Kind() == protoreflect.StringKind:
			text := options.GetRepeated().GetItems().GetString()
			rules[field.FullName()] = listRules{int(options.GetRepeated().GetMaxItems()), int(text.GetMinLen()), int(text.GetMaxLen())}
		case field.IsList() && hasRules && field.Kind() == protoreflect.BytesKind:
			content := options.GetRepeated().GetItems().GetBytes()
			rules[field.FullName()] = listRules{int(options.GetRepeated().GetMaxItems()), int(content.GetMinLen()), math.MaxInt}
		case field.Kind() == protoreflect.MessageKind:
			collectLists(rules, field.Message())
		}
	}
}

// listRules are the rules of a list that are checked here: numbers of items, and of
// characters or bytes of each.
type listRules struct {
	maxItems, minLen, maxLen int
}

func (r listRules) kept(message protoreflect.Message, field protoreflect.FieldDescriptor) bool {
	if !message.Has(field) {
		return true // no list has a least number of items
	}
	list := message.Get(field).List()
	if list.Len() > r.maxItems {
		return false
	}
	for i := range list.Len() {
		if n := length(list.Get(i), field.Kind()); n < r.minLen || n > r.maxLen {
			return false
		}
	}
	return true
}

func length(value protoreflect.Value, kind protoreflect.Kind) int {
	if kind == protoreflect.BytesKind {
		return len(value.Bytes())
	}
	return utf8.RuneCountInString(value.String())
}
