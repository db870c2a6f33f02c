package trial

import (
	"encoding/json"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/liveness-gateway/gateway/internal/sensitive/echo"
)

var (
	// scalar is a string, a name with its colon, or a number, in valid JSON.
	scalar = regexp.MustCompile(`"(?:[^"\\]|\\.)*"(?:\s*:)?|-?[0-9][0-9.eE+-]*`)
	// escapes are those that a text can be told without, at any depth.
	escapes     = regexp.MustCompile(`(?:\\+(?:u[0-9a-fA-F]{4}|/))+`)
	backslashes = regexp.MustCompile(`\\+`)
	digit       = regexp.MustCompile(`[0-9]`)
	webScheme   = regexp.MustCompile(`^(?i:https?)://`)
	// harmlessName is what vendors call what describes an answer and not a user.
	harmlessName = regexp.MustCompile(`(?i)^"(error|(err(or)?_?)?(code|message|msg|reason|status)|error_?name|__type|(request|correlation)_?id)"$`)
)

// answer returns the text of an answer, laid out as it came, with other text in place of
// what is not to be shown.
func (r *redactor) answer(content string) string {
	if !json.Valid([]byte(content)) {
		if r.all || r.isHarmless(strings.TrimSpace(content)) {
			return r.hidden(content)
		}
		return r.blank("no JSON", content)
	}
	known := false // from a name to its value
	return scalar.ReplaceAllStringFunc(content, func(literal string) string {
		switch {
		case strings.HasSuffix(literal, ":"):
			name := strings.TrimRight(literal, ": \t\r\n")
			known = harmlessName.MatchString(name)
			return r.text(name, true) + literal[len(name):]
		case literal[0] == '"':
			literal = r.text(literal, known)
		case len(literal) > 3 && !known && !r.all && !r.isHarmless(literal), r.hide(literal) != literal:
			literal = r.blank("number", literal)
		}
		known = false
		return literal
	})
}

// text returns a JSON string as it is to be shown.
func (r *redactor) text(literal string, known bool) string {
	var value string
	_ = json.Unmarshal([]byte(literal), &value) // it is valid
	if !known && !r.all && !r.isHarmless(value) && !slices.Contains(r.secrets, value) {
		return r.blank("string", value)
	}
	if hidden := r.hidden(value); hidden != value {
		return quote(hidden)
	}
	return literal
}

// hidden returns a text without its secrets, also if it is JSON in JSON or cut JSON.
func (r *redactor) hidden(text string) string {
	plain := escapes.ReplaceAllStringFunc(text, func(escaped string) string {
		var unescaped string
		_ = json.Unmarshal([]byte(`"`+backslashes.ReplaceAllString(escaped, `\`)+`"`), &unescaped) // it is valid
		return unescaped
	})
	if slices.ContainsFunc(r.photos, func(beginning string) bool {
		return strings.Contains(strings.ToLower(plain), strings.ToLower(beginning))
	}) {
		return r.respelt(text)
	}
	hidden := r.hide(plain)
	id := echo.ReadID(hidden)
	defer id.Release()
	if slices.ContainsFunc(r.secrets, id.Repeats) {
		return r.respelt(text)
	}
	if hidden != plain {
		return hidden
	}
	return text
}

func quote(text string) string {
	quoted, _ := json.Marshal(text) // every string can be
	return string(quoted)
}

// inventing returns the redactor with invented values in place of hidden ones, which an
// adapter reads alike.
func (r *redactor) inventing() *redactor {
	inventor := *r
	inventor.hide = r.replacer(invent)
	inventor.respelt = invent
	inventor.blank = func(kind, value string) string {
		switch kind {
		case "string":
			return quote(invent(value))
		case "number":
			return digit.ReplaceAllString(value, "7")
		default:
			return invent(value)
		}
	}
	return &inventor
}

// invent returns a text of the same length and look: hexadecimal digits stay such, and a web
// address one.
func invent(text string) string {
	scheme := webScheme.FindString(text)
	return scheme + strings.Map(func(char rune) rune {
		switch {
		case '0' <= char && char <= '9':
			return '0' + rand.N[rune](10)
		case unicode.IsLetter(char):
			return 'a' + rand.N[rune](6)
		default:
			return char
		}
	}, text[len(scheme):])
}
