package config

import (
	"fmt"
	"slices"

	"github.com/goccy/go-yaml/ast"
)

// value is a value of the file and its name. Its node is nil if the key is left out;
// every method of reader then reports nothing and returns zero.
type value struct {
	name string
	node ast.Node
}

func (v value) given() bool { return v.node != nil }

// entry is a key and its value.
type entry struct {
	value
	key value
}

// object is a mapping with known keys. Those in misspelt are left out, but a key
// close to them is there and has been reported.
type object struct {
	value
	reader   *reader
	values   map[string]value
	misspelt []string
}

// object reads v as a mapping that has none but the known keys.
func (r *reader) object(v value, known ...string) object { return r.keyed(v, "key", known) }

// keyed is object for keys that are called otherwise in messages.
func (r *reader) keyed(v value, thing string, known []string) object {
	o := object{reader: r, values: map[string]value{}}
	entries, ok := r.entries(v)
	if ok {
		o.value = v
	}
	for _, e := range entries {
		if slices.Contains(known, e.name) {
			o.values[e.name] = e.value
			continue
		}
		o.misspelt = append(o.misspelt, nearest(e.name, known))
		if kind(e.node) == nothing {
			// In {name: main, api_key value} a colon is forgotten and the key holds a secret.
			r.fail(e.key, "unknown %s without a value%s", thing, suggestion(e.name, known))
		} else {
			r.fail(e.key, "%s", Unknown(thing, e.name, known))
		}
	}
	return o
}

// optional returns the value of the key.
func (o object) optional(key string) value { return value{key, o.values[key].node} }

// required is optional, but reports a key that is left out.
func (o object) required(key string) value {
	if o.given() && o.lacks(key) {
		o.reader.fail(o.value, "missing key %q", key)
	}
	return o.optional(key)
}

func (o object) lacks(key string) bool {
	return !o.values[key].given() && !slices.Contains(o.misspelt, key)
}

// entries reads v as a mapping with distinct keys and reports whether it is one.
func (r *reader) entries(v value) ([]entry, bool) {
	var pairs []*ast.MappingValueNode
	switch node := v.node.(type) {
	case nil:
		return nil, false
	case *ast.MappingNode:
		pairs = node.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{node}
	default:
		r.mistyped(v, "a mapping")
		return nil, false
	}
	var entries []entry
	lines := map[string]int{}
	for _, pair := range pairs {
		key := value{"a key", pair.Key}
		text, ok := r.text(key)
		if ok && r.once(lines, fmt.Sprintf("key %q", text), key) {
			entries = append(entries, entry{value{text, pair.Value}, key})
		}
	}
	return entries, true
}

// list reads v as a list with at least one element.
func (r *reader) list(v value) []value {
	list, ok := v.node.(*ast.SequenceNode)
	if !ok {
		r.mistyped(v, "a list")
		return nil
	}
	if len(list.Values) == 0 {
		r.fail(v, "%s must not be empty", v.name)
	}
	values := make([]value, len(list.Values))
	for i, node := range list.Values {
		values[i] = value{"an element of " + v.name, node}
	}
	return values
}

// once reports whether the thing at v is in the file for the first time. lines has the
// line of each.
func (r *reader) once(lines map[string]int, thing string, v value) bool {
	if line, ok := lines[thing]; ok {
		r.fail(v, "%s is already at line %d", thing, line)
		return false
	}
	lines[thing], _ = position(v.node)
	return true
}
