package sensitive

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	// leastEcho is how many bytes of a value are told from chance: a half or the digits
	// of a short value are not.
	leastEcho = 6
	// headBytes of a part are looked for in encodings.
	headBytes = 9
	// usualText is how long a text may be that costs no allocation: every call has one.
	usualText = 256
)

// Echoes reports whether the text holds the value or its half in any spelling that a
// server may make of what it was sent: letters of either case, base64, hexadecimal, the
// escapes of URLs, JSON, HTML and mails, UTF-16, backwards, with something between each
// two characters, or its digits alone.
func Echoes(text, value string) bool {
	if value == "" || text == "" {
		return false
	}
	var buffers [3][usualText]byte
	small := appendSmall(buffers[0][:0], text, false)
	bare := appendSmall(buffers[1][:0], text, true)
	whole := appendSmall(buffers[2][:0], value, false)
	if bytes.Contains(small, whole) {
		return true
	}
	escaped := bytes.ContainsAny(small, "%=\\&\x00")
	var digits [usualText]byte
	half := len(value) / 2
	for _, part := range [...]string{value, value[:half], value[half:]} {
		if len(part) >= leastEcho && echoes(small, bare, part, escaped) {
			return true
		}
	}
	only := appendDigits(digits[:0], value)
	return len(only) >= leastEcho && (bytes.Contains(bare, only) || len(only) < len(value) && echoesBytes(small, bare, only, escaped))
}

// appendSmall appends a text in small letters, of a bare one the letters and digits alone.
func appendSmall(to []byte, text string, bare bool) []byte {
	for i := range len(text) {
		switch b := text[i]; {
		case 'A' <= b && b <= 'Z':
			to = append(to, b+'a'-'A')
		case !bare, 'a' <= b && b <= 'z', '0' <= b && b <= '9', b >= utf8.RuneSelf:
			to = append(to, b)
		}
	}
	return to
}

func appendDigits(to []byte, value string) []byte {
	for i := range len(value) {
		if '0' <= value[i] && value[i] <= '9' {
			to = append(to, value[i])
		}
	}
	return to
}

func echoesBytes(small, bare, part []byte, escaped bool) bool {
	return echoes(small, bare, string(part), escaped)
}

// echoes reports whether a text, given in small letters and bare, holds the part, which
// is long enough.
func echoes(small, bare []byte, part string, escaped bool) bool {
	var plain, backwards [usualText]byte
	letters := appendSmall(plain[:0], part, true)
	if len(letters) >= leastEcho &&
		(bytes.Contains(bare, letters) || bytes.Contains(bare, appendBackwards(backwards[:0], letters))) {
		return true
	}
	head := part[:min(len(part), headBytes)]
	return inBase64(small, head) || inHexadecimal(small, head) || escaped && inEscapes(small, head)
}

func appendBackwards(to, text []byte) []byte {
	for len(text) > 0 {
		_, size := utf8.DecodeLastRune(text)
		to = append(to, text[len(text)-size:]...)
		text = text[:len(text)-size]
	}
	return to
}

// inBase64 looks for what does not depend on what stands before and after the head.
func inBase64(small []byte, head string) bool {
	var shifted [2 + headBytes]byte
	var encoded [16]byte
	for before := range 3 {
		n := before + copy(shifted[before:], head)
		first, last := (before*8+5)/6, n*8/6
		for _, encoding := range [...]*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			encoding.Encode(encoded[:], shifted[:n])
			if bytes.Contains(small, lower(encoded[first:last])) {
				return true
			}
		}
	}
	return false
}

// lower makes letters small in their place.
func lower(text []byte) []byte {
	for i, b := range text {
		if 'A' <= b && b <= 'Z' {
			text[i] = b + 'a' - 'A'
		}
	}
	return text
}

func inHexadecimal(small []byte, head string) bool {
	var raw [headBytes]byte
	var encoded [2 * headBytes]byte
	n := copy(raw[:], head)
	return bytes.Contains(small, encoded[:hex.Encode(encoded[:], raw[:n])])
}

// inEscapes looks for the head with every character escaped, and in UTF-16. What escapes
// only some is found by its letters and digits.
func inEscapes(small []byte, head string) bool {
	for len(head) > 0 && !utf8.ValidString(head) {
		head = head[:len(head)-1] // a character was cut
	}
	var texts [7]bytes.Buffer
	for _, b := range []byte(head) {
		_, _ = fmt.Fprintf(&texts[0], "%%%02x", b)
		_, _ = fmt.Fprintf(&texts[1], "=%02x", b)
	}
	for _, unit := range utf16.Encode([]rune(head)) {
		_, _ = fmt.Fprintf(&texts[2], `\u%04x`, unit)
		_, _ = fmt.Fprintf(&texts[3], "&#%d;", unit)
		_, _ = fmt.Fprintf(&texts[4], "&#x%x;", unit)
		texts[5].Write([]byte{byte(unit), byte(unit >> 8)})
		texts[6].Write([]byte{byte(unit >> 8), byte(unit)})
	}
	return slices.ContainsFunc(texts[:], func(text bytes.Buffer) bool {
		return text.Len() > 0 && bytes.Contains(small, lower(text.Bytes()))
	})
}
