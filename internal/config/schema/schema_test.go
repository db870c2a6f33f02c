package schema_test

import (
	"encoding/json"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/config/document"
	"github.com/liveness-gateway/gateway/internal/config/schema"
)

// The keys are invented: the package knows none.
const rules = `
type: object
additionalProperties: false
required: [name]
properties:
  name: {$ref: "#/$defs/word"}
  wait: {type: string, x-range: [1s, 1m], default: 5s}
  room: {type: string, x-range: [1MiB, 1GiB]}
  count: {type: integer, minimum: 2, maximum: 9, default: 3}
  on: {type: boolean}
  colour: {type: string, enum: [red, green]}
  place: {type: string, format: place}
  never: {not: {}, errorMessage: has no effect}
  either: {type: object, anyOf: [{required: [left]}, {required: [right]}], properties: {left: {}, right: {}}, additionalProperties: false}
  nested: {type: object, default: {}, properties: {deep: {type: string, default: bottom}, list: {type: array, minItems: 1, items: {$ref: "#/$defs/word"}}}}
  settings:
    type: object
    x-keys: setting
    additionalProperties: false
    required: [size]
    properties:
      size: {description: "how large, 1 to 5", type: [string, number], x-range: ["1", "5"]}
      tone: {description: low or high, type: [string, number], enum: [low, high]}
  named: {type: object, minProperties: 1, propertyNames: {$ref: "#/$defs/word", errorMessage: a name must be a word}, additionalProperties: {type: integer, minimum: 0, maximum: 1}}
$defs:
  text: {type: string}
  word: {$ref: "#/$defs/text", pattern: "^[a-z]+$", errorMessage: must be a word}
`

func compile(t *testing.T, text string) (*schema.Schema, error) {
	t.Helper()
	var root schema.Object
	require.NoError(t, yaml.UnmarshalWithOptions([]byte(text), &root, yaml.UseOrderedMap()))
	return schema.Compile(root, map[string]func(string) string{"place": func(text string) string {
		if text == "here" {
			return ""
		}
		return "must be here"
	}})
}

func check(t *testing.T, text string) (any, error) {
	t.Helper()
	s, err := compile(t, rules)
	require.NoError(t, err)
	root, data := document.Parse("a.yaml", []byte(text))
	data = s.Check(root, data)
	return data, root.Err()
}

func TestMessages(t *testing.T) {
	for text, want := range map[string]string{
		"name: 1":             "1:7: name must be text, found a number",
		"name: A":             "1:7: name must be a word",
		"nam: a":              `1:1: unknown key "nam", did you mean "name"?`,
		"name: a\nx: 1":       `2:1: unknown key "x", expected name, wait, room, count, on, colour, place, never, either, nested, settings, named`,
		"wait: 5s":            `1:1: missing key "name"`,
		"name: a\nwait: 5":    "2:7: wait must be text, found a number",
		"name: a\nwait: 2m":   "2:7: wait must be a duration from 1s to 1m0s, such as 3s",
		"name: a\nroom: 2GiB": "2:7: room must be a size from 1MiB to 1GiB, such as 512MiB",
		"name: a\ncount: 1":   "2:8: count must be a whole number from 2 to 9",
		"name: a\ncount: 0x2": "2:8: count must be a whole number from 2 to 9",
		"name: a\ncount: 99999999999999999999999": "2:8: count must be a whole number from 2 to 9, found text",
		"name: a\ncount: 2.5":                     "2:8: count must be a whole number from 2 to 9, found a number",
		"name: a\ncount: .nan":                    "2:8: count must be a whole number from 2 to 9, found a number",
		"name: a\ncount: few":                     "2:8: count must be a whole number from 2 to 9, found text",
		"name: a\non: 1":                          "2:5: on must be true or false, found a number",
		"name: a\ncolour: gren":                   `2:9: unknown colour "gren", did you mean "green"?`,
		"name: a\nplace: there":                   "2:8: place must be here",
		"name: a\nnever: 1":                       "2:8: never has no effect",
		"name: a\neither: {}":                     `2:9: missing key "left" or "right": one of them, or both`,
		"name: a\neither: {rigt: 1}":              `2:10: unknown key "rigt", did you mean "right"?`,
		"name: a\nnested: 1":                      "2:9: nested must be a mapping, found a number",
		"name: a\nnested: {list: []}":             "2:16: list must not be empty",
		"name: a\nnested: {list: [a, 1, B]}":      "2:20: an element of list must be text, found a number\na.yaml:2:23: an element of list must be a word",
		"name: a\nnested: {deep: &x y}":           "2:16: deep must be text, found an anchor, which is not supported",
		"name: a\nsettings: {tone: low}":          `1:1: missing setting "size": how large, 1 to 5`,
		"name: a\nsettings: {size: 6}":            `2:18: setting "size" does not take this value: how large, 1 to 5`,
		"name: a\nsettings: {size: 1, tone: mid}": `2:27: setting "tone" does not take this value: low or high`,
		"name: a\nsettings: {size: 1, tine: low}": `2:21: unknown setting "tine", did you mean "tone"?`,
		"name: a\nsettings: {size: true}":         `2:18: size must be text or a number, found a boolean: write "0" or "1", or quote it`,
		"name: a\nsettings: {size: }":             "2:17: size must be text, found nothing",
		"name: a\nsettings: {size: 1, hidden:}":   "2:21: unknown setting without a value, expected size, tone",
		"name: a\nnamed: {}":                      "2:8: named must not be empty",
		"name: a\nnamed: {b: 1, C: 0, D: 2}":      "2:15: a name must be a word\na.yaml:2:21: a name must be a word\na.yaml:2:24: D must be a whole number from 0 to 1",
		"name: a\nnamed: *b":                      "2:8: named must be a mapping, found an alias, which is not supported",
	} {
		for range 5 { // the library walks mappings in random order
			_, err := check(t, text)
			require.EqualError(t, err, "a.yaml:"+want, text)
		}
	}
}

func TestDefaultsAndText(t *testing.T) {
	data, err := check(t, "name: a\nsettings: {size: 005}\nnested: {list: [b]}\n")
	require.EqualError(t, err, `a.yaml:2:18: setting "size" does not take this value: how large, 1 to 5`)
	require.Equal(t, map[string]any{
		"name": "a", "wait": "5s", "count": json.Number("3"), "settings": map[string]any{},
		"nested": map[string]any{"deep": "bottom", "list": []any{"b"}},
	}, data)

	data, err = check(t, "name: a\nsettings: {size: 5}")
	require.NoError(t, err)
	require.Equal(t, map[string]any{
		"name": "a", "wait": "5s", "count": json.Number("3"), "settings": map[string]any{"size": "5"},
		"nested": map[string]any{"deep": "bottom"},
	}, data)
}

// What the rules leave open is refused where JSON has nothing like it.
func TestUnsupportedValueIsNotPassedOver(t *testing.T) {
	_, err := check(t, "name: a\neither: {left: !tag x}")
	require.EqualError(t, err, "a.yaml:2:16: left is a tag, which is not supported")
}

func TestWrongSchemas(t *testing.T) {
	for text, want := range map[string]string{
		"type: wrong":          "metaschema",
		"x-range: [1s, 1MiB]":  "x-range: [1s 1MiB] is of no quantity that is known",
		"$ref: '#/$defs/none'": "none",
	} {
		_, err := compile(t, text)
		require.ErrorContains(t, err, want)
	}
}

func TestJSONKeepsTheOrder(t *testing.T) {
	s, err := compile(t, "title: b\ntype: object\n$defs: {z: {pattern: '^\\x00\"'}, a: {}}\n")
	require.NoError(t, err)
	text, err := s.JSON()
	require.NoError(t, err)
	require.Equal(t, `{
  "title": "b",
  "type": "object",
  "$defs": {
    "z": {
      "pattern": "^\\x00\""
    },
    "a": {}
  }
}
`, string(text))
}
