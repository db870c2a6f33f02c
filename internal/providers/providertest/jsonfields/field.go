package jsonfields

import (
	"bytes"
	"encoding/json"
)

// Field is a field of a body, by its path, with its value as encoding/json gives it.
type Field struct {
	Name  string
	Value any
}

// Of returns the fields of a body that is one JSON object, and of objects within: repeated
// ones too.
func Of(body []byte) []Field { return below("", body, 3) }

func below(path string, body []byte, levels int) []Field {
	var fields []Field
	decoder := json.NewDecoder(bytes.NewReader(body))
	if start, _ := decoder.Token(); levels == 0 || !json.Valid(body) || start != json.Delim('{') {
		return nil
	}
	for decoder.More() {
		name, _ := decoder.Token() // the body is valid
		f := Field{Name: path + name.(string)}
		var content json.RawMessage
		_ = decoder.Decode(&content)
		_ = json.Unmarshal(content, &f.Value)
		fields = append(fields, f)
		fields = append(fields, below(f.Name+".", content, levels-1)...)
	}
	return fields
}

// Holds reports whether the text is a value of the field, or one within.
func (f Field) Holds(text string) bool {
	switch value := f.Value.(type) {
	case string:
		return value == text
	case map[string]any:
		for _, inner := range value {
			if (Field{Value: inner}).Holds(text) {
				return true
			}
		}
	}
	return false
}
