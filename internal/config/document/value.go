package document

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"
)

// Value is a value of the file, or the place of a missing one.
type Value struct {
	// Name is what messages call it: its key, for an element of a list "an element of" that.
	Name string
	// Keys are a mapping's keys, in the order of the file.
	Keys []string

	file      *file
	parent    *Value
	key, node ast.Node
	below     map[string]*Value
	mistakes  []mistake
}

// At returns the value below v that a path of keys, and indices of lists, leads to.
func (v *Value) At(path ...string) *Value {
	for _, step := range path {
		next := v.below[step]
		if next == nil {
			next = v.add(step, step, nil)
		}
		v = next
	}
	return v
}

// Element returns an element of a list.
func (v *Value) Element(index int) *Value { return v.At(strconv.Itoa(index)) }

// Parent returns the mapping or list that v is in, nil for the root.
func (v *Value) Parent() *Value { return v.parent }

// Given reports whether the value is in the file.
func (v *Value) Given() bool { return v.node != nil }

// Line returns where the value begins, counted from 1.
func (v *Value) Line() int {
	line, _ := position(v.node)
	return line
}

// Written returns a number or text as it is written in the file, "" for anything else.
func (v *Value) Written() string {
	switch node := v.node.(type) {
	case *ast.StringNode:
		return node.Value
	case *ast.IntegerNode, *ast.FloatNode:
		return node.GetToken().Value
	default:
		return ""
	}
}

// Path returns a path that the file names, made absolute, so that it means the same wherever
// the configuration is printed to.
func (v *Value) Path(name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(v.file.folder, name)
}

// Fail records a mistake at v, or if v is missing at what should contain it.
func (v *Value) Fail(format string, args ...any) { v.FailFrom(v, format, args...) }

// FailFrom records a mistake of v that shows at another place.
func (v *Value) FailFrom(place *Value, format string, args ...any) {
	for !place.Given() {
		place = place.parent
	}
	v.fail(place.node, fmt.Sprintf(format, args...))
}

// FailKey records a mistake at the key of v.
func (v *Value) FailKey(format string, args ...any) { v.fail(v.key, fmt.Sprintf(format, args...)) }

func (v *Value) fail(node ast.Node, message string) {
	line, column := position(node)
	v.mistakes = append(v.mistakes, v.file.mistake(line, column, message))
}

// Wrong reports whether there is a mistake in v itself.
func (v *Value) Wrong() bool { return len(v.mistakes) > 0 }

// Right reports whether there is no mistake in v or below it.
func (v *Value) Right() bool { return len(v.all(nil)) == 0 }

// Forgive takes back the mistakes in v and below.
func (v *Value) Forgive() {
	v.mistakes = nil
	for _, child := range v.below {
		child.Forgive()
	}
}

// Err returns all mistakes of the file, of which v is the root, by position as Errors; nil if
// there are none.
func (v *Value) Err() error {
	if all := v.all(v.file.mistakes); len(all) > 0 {
		return sorted(all)
	}
	return nil
}

func (v *Value) all(mistakes []mistake) []mistake {
	mistakes = append(mistakes, v.mistakes...)
	for _, child := range v.below {
		mistakes = child.all(mistakes)
	}
	return mistakes
}

func (v *Value) add(step, name string, node ast.Node) *Value {
	if v.below == nil {
		v.below = map[string]*Value{}
	}
	child := &Value{Name: name, file: v.file, parent: v, node: node}
	v.below[step] = child
	return child
}

// read returns the value as encoding/json has it, and adds what is below it.
func (v *Value) read() any {
	switch node := v.node.(type) {
	case *ast.StringNode:
		return node.Value
	case *ast.LiteralNode:
		return node.Value.Value
	case *ast.BoolNode:
		return node.Value
	case *ast.IntegerNode, *ast.FloatNode:
		return number(node.GetToken().Value)
	case *ast.SequenceNode:
		list := make([]any, len(node.Values))
		for i, element := range node.Values {
			list[i] = v.add(strconv.Itoa(i), "an element of "+v.Name, element).read()
		}
		return list
	case *ast.MappingNode:
		return v.mapping(node.Values)
	case *ast.MappingValueNode:
		return v.mapping([]*ast.MappingValueNode{node})
	default:
		return nil
	}
}

func (v *Value) mapping(pairs []*ast.MappingValueNode) any {
	values := map[string]any{}
	for _, pair := range pairs {
		name := v.keyName(pair.Key)
		if name == nil {
			continue
		}
		child := v.add(*name, *name, pair.Value)
		child.key = pair.Key
		v.Keys = append(v.Keys, *name)
		values[*name] = child.read()
	}
	return values
}

// keyName returns the text of a key, nil if it is none or the mapping has it already.
func (v *Value) keyName(key ast.Node) *string {
	line, column := position(key)
	text, ok := key.(*ast.StringNode)
	switch {
	case !ok:
		v.file.failAt(line, column, "a key must be text, found %s", kind(key))
	case strings.ContainsFunc(text.Value, unicode.IsControl):
		v.file.failAt(line, column, "a key must be one line without control characters")
	case v.below[text.Value] != nil:
		first, _ := position(v.below[text.Value].key)
		v.file.failAt(line, column, "key %q is already at line %d", text.Value, first)
	default:
		return &text.Value
	}
	return nil
}

// decimal matches numbers that mean the same to every reader.
var decimal = regexp.MustCompile(`^-?[0-9]{1,18}(\.[0-9]{1,18})?$`)

// number returns nil for what is not a JSON number.
func number(text string) any {
	whole, fraction, _ := strings.Cut(text, ".")
	switch {
	case !decimal.MatchString(text):
		return nil
	case strings.Trim(fraction, "0") == "":
		return json.Number(whole)
	default:
		return json.Number(text)
	}
}
