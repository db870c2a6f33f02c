package document

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/goccy/go-yaml/ast"

	"github.com/liveness-gateway/gateway/internal/config/suggest"
)

// Text reads v as text on one line.
func (v Value) Text() (string, bool) {
	var text string
	switch node := v.node.(type) {
	case *ast.StringNode:
		text = node.Value
	case *ast.LiteralNode:
		text = node.Value.Value
	default:
		v.mistyped("text")
		return "", false
	}
	if strings.ContainsFunc(text, unicode.IsControl) {
		v.Fail("%s must be one line without control characters", v.Name)
		return "", false
	}
	return text, true
}

// TextOrNumber is Text, but takes a number as it is written.
func (v Value) TextOrNumber() (string, bool) {
	switch node := v.node.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
		return node.GetToken().Value, true
	case *ast.BoolNode:
		v.Fail(`%s must be text or a number, found a boolean: write "0" or "1", or quote it`, v.Name)
		return "", false
	default:
		return v.Text()
	}
}

// Matching reads v as text of a form, which messages describe.
func (v Value) Matching(form *regexp.Regexp, description string) string {
	text, ok := v.Text()
	if ok && !form.MatchString(text) {
		v.Fail("%s must be %s", v.Name, description)
		return ""
	}
	return text
}

// Choice reads v as one of a few words.
func (v Value) Choice(words ...string) string {
	word, _ := OneOf(v, v.Name, words, strings.Clone)
	return word
}

// OneOf reads v as the name of one of all, which are things of the kind said, and
// returns that one.
func OneOf[T any](v Value, thing string, all []T, name func(T) string) (found T, ok bool) {
	text, ok := v.Text()
	if !ok {
		return found, false
	}
	known := make([]string, len(all))
	for i := range all {
		known[i] = name(all[i])
	}
	i := slices.Index(known, text)
	if i < 0 {
		v.Fail("%s", suggest.Unknown(thing, text, known))
		return found, false
	}
	return all[i], true
}

// Boolean reads v as true or false.
func (v Value) Boolean() bool {
	node, ok := v.node.(*ast.BoolNode)
	if !ok {
		v.mistyped("true or false")
	}
	return ok && node.Value
}

// Integer reads v as a whole number from 1 to limit.
func (v Value) Integer(limit int) int {
	want := "a whole number from 1 to " + strconv.Itoa(limit)
	node, ok := v.node.(*ast.IntegerNode)
	if !ok {
		v.mistyped(want)
		return 0
	}
	n, err := strconv.Atoi(node.GetToken().Value)
	if err != nil || n < 1 || n > limit {
		v.Fail("%s must be %s", v.Name, want)
	}
	return n
}

// Quantity reads v as a number with its unit, for which messages have an example such as
// "a duration with its unit, such as 3s". What the text means is for the caller to say.
func (v Value) Quantity(example string) (string, bool) {
	text, ok := v.Plain()
	if !ok {
		v.mistyped(example)
	}
	return text, ok
}

// Plain returns the text of v, and whether v is text in any style but a block. It reports no
// mistake.
func (v Value) Plain() (text string, ok bool) {
	node, ok := v.node.(*ast.StringNode)
	if !ok {
		return "", false
	}
	return node.Value, true
}

// Duration reads v as a duration within the bounds, fallback if it is left out.
func (v Value) Duration(least, most, fallback time.Duration) time.Duration {
	text, ok := v.Quantity("a duration with its unit, such as 3s")
	if !ok {
		return fallback
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < least || d > most {
		v.Fail("%s must be a duration from %s to %s, such as 3s", v.Name, least, most)
		return fallback
	}
	return d
}
