package jsonschema

import (
	"bytes"
	"encoding/json"
)

// Object is a JSON object whose members keep their order, which pages show.
type Object[V any] []Member[V]

// Member is a name in an object and its value.
type Member[V any] struct {
	Name  string
	Value V
}

// MarshalJSON writes the members in their order.
func (o Object[V]) MarshalJSON() ([]byte, error) {
	var text bytes.Buffer
	text.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			text.WriteByte(',')
		}
		name, err := Compact(m.Name)
		if err != nil {
			return nil, err
		}
		value, err := Compact(m.Value)
		if err != nil {
			return nil, err
		}
		text.Write(name)
		text.WriteByte(':')
		text.Write(value)
	}
	text.WriteByte('}')
	return text.Bytes(), nil
}

// Get returns the member of that name.
func (o Object[V]) Get(name string) (value V, ok bool) {
	for _, m := range o {
		if m.Name == name {
			return m.Value, true
		}
	}
	return value, false
}

// Compact returns JSON on one line, in which "<" stays readable.
func Compact(v any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), nil
}
