package config

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/goccy/go-yaml/ast"
)

// names are what accounts, regions and credentials are called; some become labels
// of metrics. scenarios are as the contract has them.
var (
	names     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	scenarios = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)
)

const (
	namesText     = "1 to 64 characters of A-Z, a-z, 0-9 and ._-, the first a letter or digit"
	scenariosText = "1 to 64 characters of a-z, 0-9 and -"
)

// text reads v as text on one line.
func (r *reader) text(v value) (string, bool) {
	var text string
	switch node := v.node.(type) {
	case *ast.StringNode:
		text = node.Value
	case *ast.LiteralNode:
		text = node.Value.Value
	default:
		r.mistyped(v, "text")
		return "", false
	}
	if strings.ContainsFunc(text, unicode.IsControl) {
		r.fail(v, "%s must be one line without control characters", v.name)
		return "", false
	}
	return text, true
}

// textOrNumber is text, but takes a number as it is written.
func (r *reader) textOrNumber(v value) (string, bool) {
	switch node := v.node.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
		return node.GetToken().Value, true
	case *ast.BoolNode:
		r.fail(v, `%s must be text or a number, found a boolean: write "0" or "1", or quote it`, v.name)
		return "", false
	default:
		return r.text(v)
	}
}

// name reads v as one of our names.
func (r *reader) name(v value) string { return r.matching(v, names, namesText) }

// matching reads v as text of a form that is described by description.
func (r *reader) matching(v value, form *regexp.Regexp, description string) string {
	text, ok := r.text(v)
	if ok && !form.MatchString(text) {
		r.fail(v, "%s must be %s", v.name, description)
		return ""
	}
	return text
}

// choice reads v as one of a few words.
func (r *reader) choice(v value, words ...string) string {
	word, _ := oneOf(r, v, v.name, words, strings.Clone)
	return word
}

// oneOf reads v as the name of one of all, which are things of the kind said, and
// returns that one.
func oneOf[T any](r *reader, v value, thing string, all []T, name func(T) string) (found T, ok bool) {
	text, ok := r.text(v)
	if !ok {
		return found, false
	}
	known := make([]string, len(all))
	for i := range all {
		known[i] = name(all[i])
	}
	i := slices.Index(known, text)
	if i < 0 {
		r.fail(v, "%s", Unknown(thing, text, known))
		return found, false
	}
	return all[i], true
}

// boolean reads v as true or false.
func (r *reader) boolean(v value) bool {
	node, ok := v.node.(*ast.BoolNode)
	if !ok {
		r.mistyped(v, "true or false")
	}
	return ok && node.Value
}

// integer reads v as a whole number from 1 to limit.
func (r *reader) integer(v value, limit int) int {
	want := "a whole number from 1 to " + strconv.Itoa(limit)
	node, ok := v.node.(*ast.IntegerNode)
	if !ok {
		r.mistyped(v, want)
		return 0
	}
	n, err := strconv.Atoi(node.GetToken().Value)
	if err != nil || n < 1 || n > limit {
		r.fail(v, "%s must be %s", v.name, want)
	}
	return n
}

// duration reads v as a duration within the bounds, fallback if it is left out.
func (r *reader) duration(v value, least, most, fallback time.Duration) time.Duration {
	node, ok := v.node.(*ast.StringNode)
	if !ok {
		r.mistyped(v, "a duration with its unit, such as 3s")
		return fallback
	}
	d, err := time.ParseDuration(node.Value)
	if err != nil || d < least || d > most {
		r.fail(v, "%s must be a duration from %s to %s, such as 3s", v.name, least, most)
		return fallback
	}
	return d
}
