// Package jsonfields reads JSON bodies by the names of their fields, and writes them with a field more or
// less. It must not know whose body it is, nor what a field means.
package jsonfields

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Object is a body by its fields. A field of an object within is named by its path: "Response.Error".
type Object map[string]any

// Parse returns a body, which must be valid JSON, by its fields.
func Parse(tb testing.TB, body string) Object {
	tb.Helper()
	require.True(tb, json.Valid([]byte(body)), body)
	return within(json.RawMessage(body))
}

// within returns the fields of a value that is an object, none of another.
func within(value any) Object {
	fields := make(map[string]json.RawMessage) // keeps numbers as they are written
	_ = json.Unmarshal([]byte(Text(value)), &fields)
	o := make(Object)
	for name, value := range fields {
		o[name] = value
	}
	return o
}

// Paths returns the paths of all fields.
func (o Object) Paths() []string {
	var all []string
	for name, value := range o {
		all = append(all, name)
		for _, inner := range within(value).Paths() {
			all = append(all, name+"."+inner)
		}
	}
	return all
}

// With returns a copy of the object with one field set.
func (o Object) With(path string, value any) Object {
	changed := maps.Clone(o)
	name, inner, nested := strings.Cut(path, ".")
	if nested {
		value = within(o[name]).With(inner, value)
	}
	changed[name] = value
	return changed
}

// Without returns a copy of the object with one field less.
func (o Object) Without(path string) Object {
	changed := maps.Clone(o)
	name, inner, nested := strings.Cut(path, ".")
	if _, has := o[name]; has && nested {
		changed[name] = within(o[name]).Without(inner)
	} else {
		delete(changed, name)
	}
	return changed
}

// Merged returns a copy of the object with the other's fields, also of objects that both have.
func (o Object) Merged(other Object) Object {
	changed := maps.Clone(o)
	for name, value := range other {
		if mine, others := within(o[name]), within(value); len(mine) > 0 && len(others) > 0 {
			value = mine.Merged(others)
		}
		changed[name] = value
	}
	return changed
}

// String returns the body.
func (o Object) String() string { return Text(o) }

// Text writes a value as JSON, which must be possible.
func Text(v any) string {
	content, _ := json.Marshal(v)
	return string(content)
}
