package document

import (
	"slices"

	"github.com/liveness-gateway/gateway/internal/config/suggest"
)

// Object is a mapping with known keys.
type Object struct {
	Value
	values map[string]Value
	// misspelt are left out, but a key close to them is there and has been reported.
	misspelt []string
}

// Object reads v as a mapping that has none but the known keys.
func (v Value) Object(known ...string) Object { return v.ObjectOf("key", known) }

// ObjectOf is Object for keys that messages call otherwise.
func (v Value) ObjectOf(thing string, known []string) Object {
	o := Object{Value: Value{file: v.file}, values: map[string]Value{}}
	entries, ok := v.Entries()
	if ok {
		o.Value = v
	}
	for _, e := range entries {
		if slices.Contains(known, e.Name) {
			o.values[e.Name] = e.Value
			continue
		}
		o.misspelt = append(o.misspelt, suggest.Nearest(e.Name, known))
		if kind(e.node) == nothing {
			// In {name: main, api_key value} a colon is forgotten and the key holds a secret.
			e.Key.Fail("unknown %s without a value%s", thing, suggest.Ending(e.Name, known))
		} else {
			e.Key.Fail("%s", suggest.Unknown(thing, e.Name, known))
		}
	}
	return o
}

// Optional returns the value of the key.
func (o Object) Optional(key string) Value { return Value{key, o.values[key].node, o.file} }

// Required is Optional, but reports a key that is left out.
func (o Object) Required(key string) Value {
	if o.Given() && o.Lacks(key) {
		o.Fail("missing key %q", key)
	}
	return o.Optional(key)
}

// Lacks reports whether the key is left out, and not misspelt.
func (o Object) Lacks(key string) bool {
	return !o.values[key].Given() && !slices.Contains(o.misspelt, key)
}
