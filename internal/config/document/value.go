package document

import (
	"fmt"

	"github.com/goccy/go-yaml/ast"
)

// Value is a value of the file. If its key is left out it is not given: every method then
// reports nothing and returns zero, or the fallback.
type Value struct {
	// Name is what messages call it: its key, for an element of a list "an element of" that.
	Name string
	node ast.Node
	file *File
}

// Given reports whether the file has the value.
func (v Value) Given() bool { return v.node != nil }

// Line returns where the value begins, counted from 1.
func (v Value) Line() int {
	line, _ := position(v.node)
	return line
}

// Fail records a mistake at v.
func (v Value) Fail(format string, args ...any) {
	line, column := position(v.node)
	v.file.failAt(line, column, format, args...)
}

// mistyped reports that v, if it is given, is not what it has to be.
func (v Value) mistyped(want string) {
	if v.Given() {
		v.Fail("%s must be %s, found %s", v.Name, want, kind(v.node))
	}
}

// File returns the file that has the value.
func (v Value) File() *File { return v.file }

// List reads v as a list with at least one element.
func (v Value) List() []Value {
	list, ok := v.node.(*ast.SequenceNode)
	if !ok {
		v.mistyped("a list")
		return nil
	}
	if len(list.Values) == 0 {
		v.Fail("%s must not be empty", v.Name)
	}
	values := make([]Value, len(list.Values))
	for i, node := range list.Values {
		values[i] = Value{"an element of " + v.Name, node, v.file}
	}
	return values
}

// Lines has the line of each thing that may be in the file once.
type Lines map[string]int

// Once reports whether the thing at v is in the file for the first time; otherwise that is
// a mistake.
func (l Lines) Once(thing string, v Value) bool {
	if line, ok := l[thing]; ok {
		v.Fail("%s is already at line %d", thing, line)
		return false
	}
	l[thing] = v.Line()
	return true
}

// Pair returns the key and value of a mapping that has one key alone, and whether v is
// one. It reports no mistake.
func (v Value) Pair() (key string, value Value, ok bool) {
	mapping, ok := v.node.(*ast.MappingNode)
	if !ok || len(mapping.Values) != 1 {
		return "", Value{}, false
	}
	pair := mapping.Values[0]
	return pair.Key.GetToken().Value, Value{v.Name, pair.Value, v.file}, true
}

// Entry is a key and its value, whose Name is the key.
type Entry struct {
	Value
	Key Value
}

// Entries reads v as a mapping with distinct keys and reports whether it is one.
func (v Value) Entries() ([]Entry, bool) {
	var pairs []*ast.MappingValueNode
	switch node := v.node.(type) {
	case nil:
		return nil, false
	case *ast.MappingNode:
		pairs = node.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{node}
	default:
		v.mistyped("a mapping")
		return nil, false
	}
	var entries []Entry
	lines := Lines{}
	for _, pair := range pairs {
		key := Value{"a key", pair.Key, v.file}
		text, ok := key.Text()
		if ok && lines.Once(fmt.Sprintf("key %q", text), key) {
			entries = append(entries, Entry{Value{text, pair.Value, v.file}, key})
		}
	}
	return entries, true
}
