package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/liveness-gateway/gateway/internal/config/document"
	"github.com/liveness-gateway/gateway/internal/config/suggest"
)

// finding is a mistake that the library found.
type finding struct {
	value   *document.Value
	message string
	// place is where it is seen: value unless said otherwise, or the key of value.
	place *document.Value
	key   bool
	// missing are left out, though one of them is required.
	missing []*document.Value
	// references is how many $ref lead to the rule.
	references int
}

// report records the findings. Of several about one value that of the rule for the value itself
// is told, before those of rules that it refers to.
func (s *Schema) report(root *document.Value, failed *jsonschema.ValidationError) {
	g := gatherer{schema: s, root: root, misspelt: map[*document.Value]bool{}}
	g.gather(failed, 0)
	slices.SortStableFunc(g.found, func(a, b finding) int { return cmp.Compare(a.references, b.references) })
	for _, f := range g.found {
		misspelt := slices.ContainsFunc(f.missing, func(v *document.Value) bool { return g.misspelt[v] })
		if !f.key && !misspelt && !f.value.Wrong() {
			f.value.FailFrom(cmp.Or(f.place, f.value), "%s", f.message)
		}
	}
	for _, f := range g.found {
		if f.key {
			f.value.FailKey("%s", f.message)
		}
	}
}

type gatherer struct {
	schema *Schema
	root   *document.Value
	found  []finding
	// misspelt are left out, but a key close to them is there and told.
	misspelt map[*document.Value]bool
}

// gather finds the mistake of e, or those of its causes.
func (g *gatherer) gather(e *jsonschema.ValidationError, references int) {
	rule := partAt(g.schema.root, e.SchemaURL)
	value := g.root.At(e.InstanceLocation...)
	from := len(g.found)
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		g.missing(rule, value, k.Missing)
	case *kind.DependentRequired:
		for _, name := range k.Missing {
			g.found = append(g.found, finding{value: value.At(k.Prop), message: fmt.Sprintf("%s needs the key %q beside it", k.Prop, name)})
		}
	case *kind.AdditionalProperties:
		g.unknown(rule, value, k.Properties)
	case *kind.PropertyNames:
		if e.Causes == nil { // it is from propertyNames
			message := text(object(rule, "propertyNames"), "errorMessage")
			g.found = append(g.found, finding{value: value.At(k.Property), message: message, key: true})
		}
	case *kind.Reference:
		references++
		g.causes(e, references)
	default:
		f := finding{value: value, message: g.words(e, rule, value)}
		if _, ok := k.(*kind.AnyOf); ok && f.message == "" {
			f = oneMissing(value, e.Causes)
		}
		if f.message != "" {
			g.found = append(g.found, f)
		} else {
			g.causes(e, references)
		}
	}
	for i := from; i < len(g.found); i++ {
		g.found[i].references = max(g.found[i].references, references)
	}
}

func (g *gatherer) causes(e *jsonschema.ValidationError, references int) {
	for _, cause := range e.Causes {
		g.gather(cause, references)
	}
}

// missing finds the keys that are left out of a mapping. Those that have a name of their own
// are missing where the mapping is, which may be left out itself.
func (g *gatherer) missing(rule Object, value *document.Value, names []string) {
	for _, name := range names {
		absent := value.At(name)
		f := finding{value: absent, missing: []*document.Value{absent}, message: fmt.Sprintf("missing key %q", name)}
		if thing := text(rule, "x-keys"); thing != "" {
			description := text(object(object(rule, "properties"), name), "description")
			f.message, f.place = fmt.Sprintf("missing %s %q: %s", thing, name, description), value.Parent()
		}
		g.found = append(g.found, f)
	}
}

func (g *gatherer) unknown(rule Object, value *document.Value, names []string) {
	thing, known := cmp.Or(text(rule, "x-keys"), "key"), keys(object(rule, "properties"))
	for _, name := range names {
		if nearest := suggest.Nearest(name, known); nearest != "" {
			g.misspelt[value.At(nearest)] = true
		}
		message := suggest.Unknown(thing, name, known)
		if value.At(name).Kind() == document.Nothing {
			// In {name: main, api_key value} a colon is forgotten and the key holds a secret.
			message = fmt.Sprintf("unknown %s without a value%s", thing, suggest.Ending(name, known))
		}
		g.found = append(g.found, finding{value: value.At(name), message: message, key: true})
	}
}

// words returns what is wrong with the value, "" if that is for the causes of e to say.
func (g *gatherer) words(e *jsonschema.ValidationError, rule Object, value *document.Value) string {
	must := text(rule, "errorMessage")
	thing := text(partAt(g.schema.root, strings.TrimSuffix(e.SchemaURL, "/properties/"+value.Name)), "x-keys")
	switch k := e.ErrorKind.(type) {
	case *kind.Schema, *kind.Group, *kind.AllOf:
		return ""
	case *kind.Type:
		return value.Name + " " + cmp.Or(must, "must be "+wanted(k.Want, rule)) + found(k.Want, value)
	case *kind.MinItems, *kind.MinProperties:
		must = "must not be empty"
	case *kind.Minimum, *kind.Maximum:
		must = "must be " + wanted([]string{cmp.Or(text(rule, "type"), "integer")}, rule)
	case *kind.Format:
		must = k.Err.Error()
	case *kind.Enum:
		if thing == "" && must == "" {
			return suggest.Unknown(strings.TrimPrefix(value.Name, "an "), fmt.Sprint(k.Got), texts(k.Want))
		}
	}
	switch {
	case thing != "":
		return fmt.Sprintf("%s %q does not take this value: %s", thing, value.Name, text(rule, "description"))
	case must != "":
		return value.Name + " " + must
	case len(e.Causes) == 0:
		return value.Name + " is not what it must be"
	default:
		return ""
	}
}

// wanted says what a value of the types is, in the words of messages.
func wanted(types []string, rule Object) string {
	if len(types) == 1 && types[0] == "number" {
		return fmt.Sprintf("a number from %v to %v", get(rule, "minimum"), get(rule, "maximum"))
	}
	switch types[0] {
	case "object":
		return "a mapping"
	case "array":
		return "a list"
	case "boolean":
		return "true or false"
	case "integer":
		return fmt.Sprintf("a whole number from %v to %v", get(rule, "minimum"), get(rule, "maximum"))
	default:
		return "text"
	}
}

// found ends a message about a value of another type than the wanted ones.
func found(types []string, value *document.Value) string {
	switch written := value.Written(); {
	case len(types) > 1 && value.Kind() == document.Boolean:
		return ` or a number, found a boolean: write "0" or "1", or quote it`
	case types[0] == "integer" && value.Kind() == document.Number && written != "" && !strings.Contains(written, "."):
		return "" // it is whole, but too large or not written in decimal
	default:
		return ", found " + value.Kind()
	}
}

// oneMissing finds that of several keys none is there, if each of the causes misses one.
func oneMissing(value *document.Value, causes []*jsonschema.ValidationError) finding {
	f := finding{value: value}
	var names []string
	for _, cause := range causes {
		k, ok := cause.ErrorKind.(*kind.Required)
		if !ok || len(k.Missing) != 1 {
			return finding{}
		}
		names = append(names, strconv.Quote(k.Missing[0]))
		f.missing = append(f.missing, value.At(k.Missing[0]))
	}
	which := "one of them, or both"
	if len(names) > 2 {
		which = "one of them at least"
	}
	f.message = fmt.Sprintf("missing key %s: %s", strings.Join(names, " or "), which)
	return f
}

func texts(values []any) []string {
	all := make([]string, len(values))
	for i := range values {
		all[i] = fmt.Sprint(values[i])
	}
	return all
}
