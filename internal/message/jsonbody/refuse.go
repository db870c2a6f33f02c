package jsonbody

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/liveness-gateway/gateway/internal/message/contract"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// fail refuses the body for what is wrong at an offset within the current value. It returns false.
func (d *decoder) fail(offset int, what string) bool {
	d.restore()
	before := d.body[:offset]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	d.refused = contract.Invalid(d.path(), fmt.Sprintf("%s (line %d, column %d)", what, line, column))
	return false
}

// syntax refuses the body because it is not JSON at an offset. It returns false.
func (d *decoder) syntax(offset int) bool { return d.fail(offset, "is not valid JSON") }

// wrongForm refuses the value that begins here: for its form if it is JSON, otherwise for its syntax.
func (d *decoder) wrongForm(form string) bool {
	begin := d.at
	if !d.begins('{') && !d.begins('[') && !d.scalar() {
		return false
	}
	return d.fail(begin, "must be "+form)
}

// scalar skips a value that is neither an object nor a list.
func (d *decoder) scalar() bool {
	switch {
	case d.at == len(d.body):
	case d.begins('"'):
		_, _, ok := d.text(maxLibraryBytes)
		return ok || d.refused == nil // a text that is too long is still a text
	case d.literal("null"), d.literal("true"), d.literal("false"), d.number():
		return true
	}
	return d.syntax(d.at)
}

// spelled returns a field's name as the body spells it, or "" if it cannot be a field's. For a field
// of the contract nothing is copied.
func spelled(field *contract.Field, name []byte) string {
	switch {
	case field != nil && field.JSONName() == string(name):
		return field.JSONName()
	case field != nil:
		return field.TextName()
	case contract.Quotable(name):
		return string(name)
	default:
		return ""
	}
}

// path is the place of the current value.
func (d *decoder) path() providers.Path {
	var path strings.Builder
	for _, l := range d.levels {
		switch {
		case l.list:
			path.WriteString("[" + strconv.Itoa(l.index) + "]")
		case l.key == "":
			return providers.Path(path.String())
		default:
			if path.Len() > 0 {
				path.WriteByte('.')
			}
			path.WriteString(l.key)
		}
	}
	return providers.Path(path.String())
}

// formOf says how one value of the field is written in JSON. It depends on the contract alone, so it
// cannot quote a value.
func formOf(field *contract.Field) string {
	switch field.Kind() {
	case protoreflect.BoolKind:
		return "true or false"
	case protoreflect.StringKind:
		return "text"
	case protoreflect.BytesKind:
		return "text in base64"
	case protoreflect.EnumKind:
		return contract.OneOf(field.Enum())
	case protoreflect.MessageKind, protoreflect.GroupKind:
		if field.Message.Named([]byte("seconds")) != nil && field.WellKnown {
			return `a duration such as "600s"`
		}
		return "an object"
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		return "a number"
	default:
		return "a whole number"
	}
}
