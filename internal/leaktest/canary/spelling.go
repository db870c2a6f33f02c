package canary

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
)

// Spelling is one way in which a value may leave.
type Spelling struct {
	Name string
	// Spell returns the value in it; by the beginning of a text that it may stand in,
	// there may be several.
	Spell func(value string) []string
}

// Spellings are all that are looked for: the value as it is, and twelve others.
func Spellings() []Spelling {
	return []Spelling{
		{"raw", one(func(value string) string { return value })},
		{"base64", func(value string) []string { return inBase64(base64.StdEncoding, value) }},
		{"base64url", func(value string) []string { return inBase64(base64.URLEncoding, value) }},
		{"hexadecimal", one(func(value string) string { return hex.EncodeToString([]byte(value)) })},
		{"percent", one(perByte("%%%02X"))},
		{"JSON escapes", one(perUnit(`\u%04x`))},
		{"HTML escapes", func(value string) []string { return []string{perUnit("&#%d;")(value), perUnit("&#x%x;")(value)} }},
		{"UTF-16", inUTF16},
		{"quoted-printable", one(perByte("=%02X"))},
		{"reversed", one(reversed)},
		{"spaced", one(func(value string) string { return strings.Join(strings.Split(value, ""), " ") })},
		{"digits only", one(Digits)},
		{"half", func(value string) []string { return []string{value[:len(value)/2], value[len(value)/2:]} }},
	}
}

func one(spell func(string) string) func(string) []string {
	return func(value string) []string { return []string{spell(value)} }
}

// inBase64 returns what of the value does not depend on what stands before and after it.
func inBase64(encoding *base64.Encoding, value string) []string {
	var texts []string
	for offset := range 3 {
		whole := encoding.WithPadding(base64.NoPadding).EncodeToString([]byte(strings.Repeat("\x00", offset) + value))
		first := (offset*8 + 5) / 6
		last := (offset + len(value)) * 8 / 6
		texts = append(texts, whole[first:last])
	}
	return texts
}

func perByte(format string) func(string) string {
	return func(value string) string {
		var text strings.Builder
		for _, b := range []byte(value) {
			fmt.Fprintf(&text, format, b)
		}
		return text.String()
	}
}

func perUnit(format string) func(string) string {
	return func(value string) string {
		var text strings.Builder
		for _, unit := range utf16.Encode([]rune(value)) {
			fmt.Fprintf(&text, format, unit)
		}
		return text.String()
	}
}

func inUTF16(value string) []string {
	var little, big []byte
	for _, unit := range utf16.Encode([]rune(value)) {
		little = append(little, byte(unit), byte(unit>>8))
		big = append(big, byte(unit>>8), byte(unit))
	}
	return []string{string(little), string(big)}
}

func reversed(value string) string {
	chars := []rune(value)
	slices.Reverse(chars)
	return string(chars)
}

// Digits returns the digits of a text.
func Digits(value string) string {
	return strings.Map(func(char rune) rune {
		if unicode.IsDigit(char) {
			return char
		}
		return -1
	}, value)
}
