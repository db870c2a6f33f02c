// Package spellings spells a value as a server may that repeats it. It must not know what the value is, nor
// where it is looked for.
package spellings

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
)

var noLetters = regexp.MustCompile(`[^A-Za-z0-9]`)

// Of returns ways in which a vendor may repeat a value, by name: encoded, taken apart, or in
// part.
func Of(value string) map[string]string {
	runes := []rune(value)
	half := len(runes) / 2
	var percent, entities, hexEntities, units strings.Builder
	for _, b := range []byte(value) {
		fmt.Fprintf(&percent, "%%%02X", b)
	}
	for _, r := range runes {
		fmt.Fprintf(&entities, "&#%d;", r)
		fmt.Fprintf(&hexEntities, "&#x%x;", r)
	}
	for _, unit := range utf16.Encode(runes) {
		fmt.Fprintf(&units, "%04x", unit)
	}
	reversed := slices.Clone(runes)
	slices.Reverse(reversed)
	spaced := strings.Split(value, "")
	all := map[string]string{
		"plain":             value,
		"capitals":          strings.ToUpper(value),
		"query-escaped":     url.QueryEscape(value),
		"percent":           percent.String(),
		"percent twice":     strings.ReplaceAll(percent.String(), "%", "%25"),
		"quoted-printable":  strings.ReplaceAll(percent.String(), "%", "="),
		"entities":          entities.String(),
		"hex entities":      hexEntities.String(),
		"entities twice":    html.EscapeString(entities.String()),
		"JSON escapes":      Escaped(value),
		"bytes escaped":     strings.ReplaceAll(strings.ToLower(percent.String()), "%", `\x`),
		"base64":            base64.StdEncoding.EncodeToString([]byte(value)),
		"base64 for URLs":   base64.RawURLEncoding.EncodeToString([]byte(value)),
		"base64 within":     base64.StdEncoding.EncodeToString([]byte("n=" + value + "&")),
		"base64 of percent": base64.StdEncoding.EncodeToString([]byte(percent.String())),
		"hex":               hex.EncodeToString([]byte(value)),
		"hex in capitals":   strings.ToUpper(hex.EncodeToString([]byte(value))),
		"hex with blanks":   fmt.Sprintf("% x", value),
		"UTF-16 in hex":     units.String(),
		"spaced":            strings.Join(spaced, " "),
		"with dashes":       strings.Join(spaced, "-"),
		"reversed":          string(reversed),
		"masked":            string(runes[:1]) + "****" + string(runes[len(runes)-1:]),
		"masked end":        string(runes[:half]) + "***",
		"masked start":      "***" + string(runes[half:]),
	}
	for name, part := range map[string]string{"first half": string(runes[:half]), "second half": string(runes[half:])} {
		if len(noLetters.ReplaceAllString(part, "")) >= 6 { // less of it is no echo
			all[name] = part
		}
	}
	return all
}

// Escaped spells text as JSON may, too.
func Escaped(text string) string {
	var all strings.Builder
	for _, r := range text {
		fmt.Fprintf(&all, `\u%04x`, r)
	}
	return all.String()
}
