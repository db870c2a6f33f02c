package server

import (
	"unicode/utf8"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// exceptGoodLists leaves out the lists of text that keep their rules: the library
// interprets rules of list items, which costs more than all the others together. The
// rules are read from the contract; a list that may break one goes to the library.
func exceptGoodLists(message protoreflect.MessageDescriptor) protovalidate.Filter {
	rules := make(map[protoreflect.FullName]listRules)
	for i := range message.Fields().Len() {
		field := message.Fields().Get(i)
		options, ok := proto.GetExtension(field.Options(), validate.E_Field).(*validate.FieldRules)
		if ok && field.IsList() && field.Kind() == protoreflect.StringKind {
			rules[field.FullName()] = newListRules(options.GetRepeated())
		}
	}
	return protovalidate.FilterFunc(func(m protoreflect.Message, descriptor protoreflect.Descriptor) bool {
		list, ok := rules[descriptor.FullName()]
		return !ok || !list.kept(m.Get(descriptor.(protoreflect.FieldDescriptor)).List())
	})
}

// listRules are the rules of a list that are checked here: numbers of items, and of
// characters of each.
type listRules struct {
	maxItems, minLen, maxLen int
}

func newListRules(rules *validate.RepeatedRules) listRules {
	text := rules.GetItems().GetString()
	return listRules{int(rules.GetMaxItems()), int(text.GetMinLen()), int(text.GetMaxLen())}
}

func (r listRules) kept(list protoreflect.List) bool {
	if list.Len() > r.maxItems {
		return false
	}
	for i := range list.Len() {
		if n := utf8.RuneCountInString(list.Get(i).String()); n < r.minLen || n > r.maxLen {
			return false
		}
	}
	return true
}
