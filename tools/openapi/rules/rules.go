package rules

import (
	"errors"
	"fmt"
	"strings"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/liveness-gateway/gateway/internal/message/contract"
	"github.com/liveness-gateway/gateway/tools/openapi/ecma"
	"github.com/liveness-gateway/gateway/tools/openapi/jsonschema"
)

// Of returns the field's rules, nil if it has none.
func Of(field protoreflect.FieldDescriptor) *validate.FieldRules {
	rules, _ := proto.GetExtension(field.Options(), validate.E_Field).(*validate.FieldRules)
	return rules
}

// Apply adds the rules to the schema of a field, or of an entry of a list.
func Apply(s *jsonschema.Schema, rules *validate.FieldRules, field protoreflect.FieldDescriptor) error {
	if err := onlyKnown(rules.ProtoReflect(), "cel", "required", "ignore", "string", "enum", "int32", "repeated", "duration"); err != nil {
		return err
	}
	var err error
	switch {
	case rules.GetRepeated() != nil && field.IsList():
		err = applyList(s, rules.GetRepeated(), field)
	case field.Kind() == protoreflect.StringKind:
		err = applyText(s, rules, field)
	case field.Kind() == protoreflect.EnumKind:
		err = applyEnum(s, rules, field)
	case field.Kind() == protoreflect.Int32Kind:
		err = applyNumber(s, rules.GetInt32())
	case field.Message() != nil && field.Message().FullName() == durationName:
		err = applyDuration(s, rules)
	case field.Kind() == protoreflect.BoolKind, field.Kind() == protoreflect.BytesKind, field.Kind() == protoreflect.MessageKind:
		if rules != nil {
			err = errors.New("rules for such fields have no form yet")
		}
	default:
		err = fmt.Errorf("fields of %s have no form yet", field.Kind())
	}
	return err
}

// onlyKnown refuses rules that nothing here reads.
func onlyKnown(rules protoreflect.Message, known ...protoreflect.Name) (err error) {
	rules.Range(func(field protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		for _, name := range known {
			if field.Name() == name {
				return true
			}
		}
		err = fmt.Errorf("the rule %s has no form yet", field.FullName())
		return false
	})
	if len(rules.GetUnknown()) > 0 && err == nil {
		err = errors.New("there is a rule that this version of protovalidate does not know")
	}
	return err
}

func applyList(s *jsonschema.Schema, rules *validate.RepeatedRules, field protoreflect.FieldDescriptor) error {
	if err := onlyKnown(rules.ProtoReflect(), "min_items", "max_items", "items"); err != nil {
		return err
	}
	s.MinItems, s.MaxItems = rules.GetMinItems(), rules.GetMaxItems()
	if rules.GetItems() == nil {
		return nil
	}
	return Apply(s.Items, rules.GetItems(), entry{field})
}

// entry is a list's field as if it were its one entry.
type entry struct{ protoreflect.FieldDescriptor }

// IsList is false.
func (entry) IsList() bool { return false }

// applyText adds what a text may be. A bound in bytes is one in characters too, as no character
// is shorter than a byte; the gateway alone counts bytes.
func applyText(s *jsonschema.Schema, rules *validate.FieldRules, field protoreflect.FieldDescriptor) error {
	text := rules.GetString()
	if err := onlyKnown(text.ProtoReflect(), "min_len", "max_len", "max_bytes", "pattern", "uri"); err != nil {
		return err
	}
	s.MinLength = text.GetMinLen()
	if rules.GetRequired() {
		s.MinLength = max(s.MinLength, 1)
	}
	switch {
	case text.GetMaxLen() > 0:
		s.MaxLength = text.GetMaxLen()
	case text.GetMaxBytes() > 0:
		s.MaxLength = text.GetMaxBytes()
	default:
		s.MaxLength = uint64(contract.Of(field.ContainingMessage()).Named([]byte(field.JSONName())).MaxBytes)
	}
	if text.GetUri() {
		s.Format = "uri"
	}
	var err error
	if text.GetPattern() != "" {
		if s.Pattern, err = ecma.Pattern(text.GetPattern()); err != nil {
			return err
		}
	}
	for _, rule := range rules.GetCel() {
		if err := applyExpression(s, rule.GetExpression()); err != nil {
			return err
		}
	}
	if rules.GetIgnore() == validate.Ignore_IGNORE_IF_ZERO_VALUE && s.Pattern != "" {
		s.Pattern = "^$|" + s.Pattern
	}
	return nil
}

// applyExpression adds an expression of CEL about a text, which must be a match.
func applyExpression(s *jsonschema.Schema, expression string) error {
	rest, refused := strings.CutPrefix(expression, "!")
	rest, isMatch := strings.CutPrefix(rest, "this.matches(")
	quoted, ends := strings.CutSuffix(rest, ")")
	re2, isText := celText(quoted)
	if !isMatch || !ends || !isText {
		return fmt.Errorf("the expression %s has no form yet", expression)
	}
	if refused {
		without, err := ecma.Without(re2)
		if err != nil {
			return err
		}
		if without == "" {
			pattern, err := ecma.Pattern(re2)
			addNot(s, &jsonschema.Schema{Pattern: pattern})
			return err
		}
		addPattern(s, without)
		return nil
	}
	pattern, err := ecma.Pattern(re2)
	addPattern(s, pattern)
	return err
}

// addPattern adds a pattern beside those that are there.
func addPattern(s *jsonschema.Schema, pattern string) {
	if s.Pattern == "" {
		s.Pattern = pattern
	} else {
		s.AllOf = append(s.AllOf, &jsonschema.Schema{Pattern: pattern})
	}
}

// addNot adds what a value must not be.
func addNot(s, refused *jsonschema.Schema) {
	if s.Not == nil {
		s.Not = refused
	} else {
		s.AllOf = append(s.AllOf, &jsonschema.Schema{Not: refused})
	}
}

// celText returns what a text in single quotes, raw or without escapes, says.
func celText(quoted string) (text string, ok bool) {
	inside, raw := strings.CutPrefix(quoted, "r")
	inside, begins := strings.CutPrefix(inside, "'")
	inside, ends := strings.CutSuffix(inside, "'")
	return inside, begins && ends && !strings.Contains(inside, "'") && (raw || !strings.Contains(inside, `\`))
}

// applyEnum leaves out the value that stands for none where there must be one.
func applyEnum(s *jsonschema.Schema, rules *validate.FieldRules, field protoreflect.FieldDescriptor) error {
	if err := onlyKnown(rules.GetEnum().ProtoReflect(), "defined_only"); err != nil {
		return err
	}
	if len(rules.GetCel()) > 0 {
		return errors.New("expressions about an enum have no form yet")
	}
	if rules.GetRequired() {
		none := string(field.Enum().Values().ByNumber(0).Name())
		addNot(s, &jsonschema.Schema{Const: none})
	}
	return nil
}

func applyNumber(s *jsonschema.Schema, rules *validate.Int32Rules) error {
	if err := onlyKnown(rules.ProtoReflect(), "gte", "lte", "in"); err != nil {
		return err
	}
	if rules.HasGte() {
		least := int64(rules.GetGte())
		s.Minimum = &least
	}
	if rules.HasLte() {
		most := int64(rules.GetLte())
		s.Maximum = &most
	}
	for _, value := range rules.GetIn() {
		s.Enum = append(s.Enum, value)
	}
	return nil
}

// wholeSeconds is the rule of a duration without a fraction.
const wholeSeconds = "this == duration(string(this.getSeconds()) + 's')"

// applyDuration bounds a duration, which is text in JSON, by its pattern.
func applyDuration(s *jsonschema.Schema, rules *validate.FieldRules) error {
	bounds := rules.GetDuration()
	if bounds == nil && len(rules.GetCel()) == 0 {
		return nil
	}
	if err := onlyKnown(bounds.ProtoReflect(), "gte", "lte"); err != nil {
		return err
	}
	least, most := bounds.GetGte(), bounds.GetLte()
	if least == nil || most == nil || least.GetNanos() != 0 || most.GetNanos() != 0 || least.GetSeconds() < 0 ||
		len(rules.GetCel()) != 1 || rules.GetCel()[0].GetExpression() != wholeSeconds {
		return errors.New("only whole seconds between two bounds have a form yet")
	}
	s.Pattern = "^" + ecma.Digits(least.GetSeconds(), most.GetSeconds()) + `(\.0{1,9})?s$`
	return nil
}

var durationName = (&durationpb.Duration{}).ProtoReflect().Descriptor().FullName()

// ApplyMessage adds the rules of a message to its schema, whose fields are there already.
func ApplyMessage(s *jsonschema.Schema, message protoreflect.MessageDescriptor) error {
	rules, _ := proto.GetExtension(message.Options(), validate.E_Message).(*validate.MessageRules)
	if err := onlyKnown(rules.ProtoReflect(), "cel"); err != nil {
		return err
	}
	for _, rule := range rules.GetCel() {
		var either []*jsonschema.Schema
		for alternative := range strings.SplitSeq(rule.GetExpression(), " || ") {
			one, err := present(alternative, message)
			if err != nil {
				return err
			}
			either = append(either, one)
		}
		if len(either) == 1 {
			s.Required = append(s.Required, either[0].Required...)
			for _, bound := range either[0].Properties {
				own, _ := s.Properties.Get(bound.Name)
				own.MinLength, own.MinItems = max(own.MinLength, bound.Value.MinLength), max(own.MinItems, bound.Value.MinItems)
			}
			continue
		}
		s.AnyOf = append(s.AnyOf, either...)
	}
	return nil
}

// present is the schema of a message in which a field is present, has(this.field), or has
// something in it, this.field.size() > 0.
func present(expression string, message protoreflect.MessageDescriptor) (*jsonschema.Schema, error) {
	name, has := strings.CutPrefix(expression, "has(this.")
	if has {
		name, has = strings.CutSuffix(name, ")")
	}
	var sized bool
	if !has {
		name, sized = strings.CutPrefix(expression, "this.")
		if sized {
			name, sized = strings.CutSuffix(name, ".size() > 0")
		}
	}
	field := message.Fields().ByName(protoreflect.Name(name))
	if field == nil || !has && !sized {
		return nil, fmt.Errorf("%s: the expression %s has no form yet", message.FullName(), expression)
	}
	s := &jsonschema.Schema{Required: []string{field.JSONName()}}
	switch {
	case sized && field.IsList():
		s.Properties = jsonschema.Object[*jsonschema.Schema]{{Name: field.JSONName(), Value: &jsonschema.Schema{MinItems: 1}}}
	case sized && field.Kind() == protoreflect.BytesKind:
		s.Properties = jsonschema.Object[*jsonschema.Schema]{{Name: field.JSONName(), Value: &jsonschema.Schema{MinLength: 2}}} // of base64
	case sized:
		s.Properties = jsonschema.Object[*jsonschema.Schema]{{Name: field.JSONName(), Value: &jsonschema.Schema{MinLength: 1}}}
	}
	return s, nil
}
