// Package schema checks a document by a JSON Schema, and says in the words of the file what is
// wrong with it. It knows what the keywords of a schema mean, and no key of the file.
//
// Beside the keywords of JSON Schema it knows three: errorMessage, which editors know too, is
// what a value must be, in words that follow its key; x-range holds the least and the most of a
// duration, a size or a number that is written as text; x-keys is what the keys of a mapping are
// called, if not keys.
package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/liveness-gateway/gateway/internal/config/document"
)

// Object is a part of a schema, its keywords in the order in which they are written.
type Object = yaml.MapSlice

// Schema is a compiled schema. It is safe for concurrent use.
type Schema struct {
	root     Object
	compiled *jsonschema.Schema
}

// Compile returns the schema, which uses formats by these names beside those of JSON Schema. A
// format returns what is wrong with a text, in words that follow its key.
func Compile(root Object, formats map[string]func(text string) (problem string)) (*Schema, error) {
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	compiler.AssertVocabs()
	compiler.RegisterVocabulary(&jsonschema.Vocabulary{URL: "urn:range", Compile: compileRange})
	compiler.RegisterVocabulary(&jsonschema.Vocabulary{URL: "urn:names", Compile: compileNames})
	for name, problem := range formats {
		compiler.RegisterFormat(&jsonschema.Format{Name: name, Validate: func(value any) error {
			text, ok := value.(string)
			if !ok || strings.ContainsFunc(text, unicode.IsControl) { // which a pattern forbids
				return nil
			}
			if wrong := problem(text); wrong != "" {
				return errors.New(wrong)
			}
			return nil
		}})
	}
	if err := compiler.AddResource(location, plain(root)); err != nil {
		return nil, err
	}
	compiled, err := compiler.Compile(location)
	if err != nil {
		return nil, err
	}
	return &Schema{root, compiled}, nil
}

const location = "urn:configuration"

// JSON returns the schema as indented text.
func (s *Schema) JSON() ([]byte, error) {
	text, err := yaml.MarshalWithOptions(s.root, yaml.JSON())
	if err != nil {
		return nil, err
	}
	var indented bytes.Buffer
	err = json.Indent(&indented, bytes.TrimSpace(text), "", "  ")
	indented.WriteByte('\n')
	return indented.Bytes(), err
}

// Check records what is wrong with the document and returns its data for use: with defaults
// where a key is left out, with text where a number may stand for it, and with nil or nothing
// where there is a mistake.
func (s *Schema) Check(root *document.Value, data any) any {
	data = s.fill(s.root, root, data)
	if failed, ok := errors.AsType[*jsonschema.ValidationError](s.compiled.Validate(data)); ok {
		s.report(root, failed)
	}
	return without(data, root)
}

// without returns data without what is wrong.
func without(data any, at *document.Value) any {
	if at.Wrong() {
		return nil
	}
	switch data := data.(type) {
	case map[string]any:
		for key, value := range data {
			if data[key] = without(value, at.At(key)); data[key] == nil {
				delete(data, key)
			}
		}
	case []any:
		for i := range data {
			data[i] = without(data[i], at.Element(i))
		}
	case nil:
		if !at.Supported() {
			at.Fail("%s is %s", at.Name, at.Kind())
		}
	}
	return data
}

// Words returns the values of the enum at a place of a schema.
func Words(root Object, pointer string) []string {
	values, _ := get(partAt(root, pointer), "enum").([]any)
	return texts(values)
}

// partAt returns the part of a schema that the fragment of a location points to.
func partAt(root Object, location string) Object {
	_, pointer, _ := strings.Cut(location, "#")
	pointer, _ = url.PathUnescape(pointer)
	var part any = root
	for step := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		step = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
		switch whole := part.(type) {
		case Object:
			if step != "" || pointer != "" {
				part = get(whole, step)
			}
		case []any:
			part = element(whole, step)
		}
	}
	object, _ := part.(Object)
	return object
}

func element(list []any, index string) any {
	var i int
	if _, err := fmt.Sscan(index, &i); err != nil || i >= len(list) {
		return nil
	}
	return list[i]
}

// Of returns the object with these keywords, each followed by its value.
func Of(keywordsAndValues ...any) Object {
	var o Object
	for pair := range slices.Chunk(keywordsAndValues, 2) {
		o = append(o, yaml.MapItem{Key: pair[0], Value: pair[1]})
	}
	return o
}

// get returns the value of a keyword, nil if there is none.
func get(o Object, keyword string) any {
	for i := range o {
		if o[i].Key == keyword {
			return o[i].Value
		}
	}
	return nil
}

func text(o Object, keyword string) string {
	text, _ := get(o, keyword).(string)
	return text
}

func object(o Object, keyword string) Object {
	object, _ := get(o, keyword).(Object)
	return object
}

func keys(o Object) []string {
	names := make([]string, len(o))
	for i := range o {
		names[i], _ = o[i].Key.(string)
	}
	return names
}
