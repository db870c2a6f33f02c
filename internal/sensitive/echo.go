package sensitive

import (
	"bytes"
	"unicode/utf8"
)

const (
	// leastEcho is how many bytes of a value are told from chance: a half or the digits
	// of a short value are not.
	leastEcho = 6
	// maxPieces bounds how many pieces of a value are looked for.
	maxPieces = 64
	// usualViews is enough for the views of a text as every call has one, such as a
	// request id, which then costs no allocation.
	usualViews = 1024
	usualValue = 256
	// between stands between views, and in no text that is UTF-8.
	between = 0xff
)

// Heard is a text that somebody else wrote, read in every way in which it may hold a value.
// Reading the text once costs less than spelling each value.
type Heard []byte

// Buffer is where a text that is no longer than usual is read without an allocation.
type Buffer [usualViews]byte

// Hear reads the text into the buffer.
func Hear(buffer *Buffer, text string) Heard {
	views := append(appendSmall(buffer[:0], []byte(text), false), between)
	decoded := len(views)
	views = appendEscaped(views, text)
	views = appendHexadecimal(views, text)
	views = appendBase64(views, text)
	small(views[decoded:])
	bare := len(views)
	views = append(appendSmall(views, views[:bare], true), between)
	views = append(appendBackwards(views, views[:len(text)]), between)
	return append(appendBackwards(views, views[bare:len(views)-len(text)-2]), between)
}

// Echoes reports whether the text holds the value, its half or a piece of it with a digit, as
// URLs have them for what is about a user, in any spelling that a server may make of what
// it was sent: letters of either case, base64, hexadecimal, the escapes of URLs, JSON, HTML
// and mails, UTF-16, backwards, with something between each two characters, or its digits
// alone.
func (h Heard) Echoes(value string) bool {
	if value == "" {
		return false
	}
	var buffer, second [usualValue]byte
	whole := appendSmall(buffer[:0], []byte(value), false)
	if bytes.Contains(h, whole) {
		return true
	}
	if h.holds(whole, second[:0]) {
		return true
	}
	start, hasDigit := 0, false
	for i, pieces := 0, 0; i <= len(whole) && pieces < maxPieces; i++ {
		if i < len(whole) && isAlphanumeric(whole[i]) {
			hasDigit = hasDigit || whole[i] <= '9'
			continue
		}
		if piece := whole[start:i]; hasDigit && len(piece) < len(whole) {
			pieces++
			if h.holds(piece, second[:0]) {
				return true
			}
		}
		start, hasDigit = i+1, false
	}
	return false
}

// holds reports whether the views hold a value in small letters, half of it or its digits.
// The buffer is for what is made of it.
func (h Heard) holds(value, buffer []byte) bool {
	half := len(value) / 2
	plain := appendSmall(buffer, value, true)
	if h.contains(plain) || h.contains(value[:half]) || h.contains(value[half:]) {
		return true
	}
	// Base64 that is cut out of more has lost its ends.
	if len(value) > leastEcho+4 && h.contains(value[2:len(value)-2]) {
		return true
	}
	if half = len(plain) / 2; len(plain) < len(value) && (h.contains(plain[:half]) || h.contains(plain[half:])) {
		return true
	}
	digits := plain[:0]
	for _, b := range plain {
		if '0' <= b && b <= '9' {
			digits = append(digits, b)
		}
	}
	return h.contains(digits)
}

func (h Heard) contains(part []byte) bool {
	return len(part) >= leastEcho && bytes.Contains(h, part)
}

// Echoes reports of one text and value what Heard does.
func Echoes(text, value string) bool { return Hear(&Buffer{}, text).Echoes(value) }

// appendSmall appends a text in small letters, of a bare one the letters and digits alone.
func appendSmall(to, text []byte, bare bool) []byte {
	for _, b := range text {
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		if !bare || isAlphanumeric(b) {
			to = append(to, b)
		}
	}
	return to
}

// small makes letters small in their place.
func small(text []byte) {
	for i, b := range text {
		if 'A' <= b && b <= 'Z' {
			text[i] = b + 'a' - 'A'
		}
	}
}

func isAlphanumeric(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || b >= utf8.RuneSelf
}

func appendBackwards(to, text []byte) []byte {
	for len(text) > 0 {
		size := 1
		if text[len(text)-1] >= utf8.RuneSelf {
			_, size = utf8.DecodeLastRune(text)
		}
		to = append(to, text[len(text)-size:]...)
		text = text[:len(text)-size]
	}
	return to
}
