package schema

import (
	"encoding/json"
	"fmt"

	"github.com/liveness-gateway/gateway/internal/config/document"
)

// fill returns data with the defaults that the rule has, and text for numbers where the rule
// takes both: the file's own, so that 007 is not 7.
func (s *Schema) fill(rule Object, at *document.Value, data any) any {
	switch data := data.(type) {
	case map[string]any:
		s.fillMapping(rule, at, data)
	case []any:
		items := object(rule, "items")
		for i := range data {
			data[i] = s.fill(items, at.Element(i), data[i])
		}
	case nil, json.Number:
		if _, several := get(rule, "type").([]any); several && at.Written() != "" {
			return at.Written()
		}
	}
	if reference := text(rule, "$ref"); reference != "" {
		return s.fill(partAt(s.root, reference), at, data)
	}
	return data
}

func (s *Schema) fillMapping(rule Object, at *document.Value, data map[string]any) {
	properties := object(rule, "properties")
	for _, property := range properties {
		key, _ := property.Key.(string)
		rule, _ := property.Value.(Object)
		value, given := data[key]
		fallback := plain(get(rule, "default"))
		if mapping, ok := fallback.(map[string]any); ok && given {
			if _, ok := value.(map[string]any); !ok {
				// It is told here, so that what it lacks is told too.
				at.At(key).Fail("%s must be a mapping, found %s", key, at.At(key).Kind())
				value = mapping
			}
		}
		if !given {
			value = fallback
		}
		if value != nil || given {
			data[key] = s.fill(rule, at.At(key), value)
		}
	}
	if others := object(rule, "additionalProperties"); others != nil {
		for key, value := range data {
			if get(properties, key) == nil {
				data[key] = s.fill(others, at.At(key), value)
			}
		}
	}
}

// plain returns a value of the schema as encoding/json has it.
func plain(value any) any {
	switch value := value.(type) {
	case Object:
		mapping := map[string]any{}
		for _, item := range value {
			mapping[fmt.Sprint(item.Key)] = plain(item.Value)
		}
		return mapping
	case []any:
		list := make([]any, len(value))
		for i := range value {
			list[i] = plain(value[i])
		}
		return list
	case nil, string, bool:
		return value
	default:
		return json.Number(fmt.Sprint(value))
	}
}
