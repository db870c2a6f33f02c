package echo

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/liveness-gateway/gateway/internal/sensitive/echo/alphabets"
	"github.com/liveness-gateway/gateway/internal/sensitive/echo/readings"
)

// appendHexadecimal appends what the text's runs of hexadecimal digits are, begun at
// either digit.
func appendHexadecimal(to []byte, text string) []byte {
	for run := range alphabets.Runs(text, &alphabets.Hex, 2*leastPiece) {
		for range 2 {
			begin := len(to)
			for digits := run; len(digits) >= 2; digits = digits[2:] {
				to = append(to, alphabets.Hex[digits[0]]<<4|alphabets.Hex[digits[1]])
			}
			to = endReading(to, begin)
			run = run[1:]
		}
	}
	return to
}

// appendBase64 appends what the text's runs of base64, in either alphabet, are, begun at
// each of four characters.
func appendBase64(to []byte, text string) []byte {
	for run := range alphabets.Runs(text, &alphabets.Base64, leastPiece*4/3) {
		for range 4 {
			begin := len(to)
			to = endReading(appendSextets(to, run), begin)
			run = run[1:]
		}
	}
	return to
}

func appendSextets(to []byte, digits string) []byte {
	for ; len(digits) >= 4; digits = digits[4:] {
		bits := sextet(digits[0])<<18 | sextet(digits[1])<<12 | sextet(digits[2])<<6 | sextet(digits[3])
		to = append(to, byte(bits>>16), byte(bits>>8), byte(bits))
	}
	if len(digits) >= 2 {
		to = append(to, byte(sextet(digits[0])<<2|sextet(digits[1])>>4))
	}
	if len(digits) == 3 {
		to = append(to, byte(sextet(digits[1])<<4|sextet(digits[2])>>2))
	}
	return to
}

// appendBase32 appends what the text's runs of base32 are, begun at each of eight characters.
func appendBase32(to []byte, text string) []byte {
	for run := range alphabets.Runs(text, &alphabets.Base32, leastBase32) {
		for offset := range min(8, len(run)-leastBase32+1) {
			begin := len(to)
			to = endReading(alphabets.AppendQuintets(to, run[offset:], &alphabets.Base32), begin)
		}
	}
	return to
}

// leastBase32 is the length of leastPiece bytes in base32.
const leastBase32 = (leastPiece*8 + 4) / 5

// endReading ends the reading that begins there. What was decoded and has no piece of text is
// left out: most runs of digits were never encoded text.
func endReading(all []byte, begin int) []byte {
	if hasPiece(all[begin:]) {
		return append(all, between)
	}
	return all[:begin]
}

// hasPiece reports whether there is a piece of whole characters that may be part of a value.
func hasPiece(decoded []byte) bool {
	piece, missing := 0, int8(0) // bytes of the piece, and those that its last character lacks
	for _, b := range decoded {
		kind := characters[b]
		switch {
		case kind == continuation && missing > 0:
			missing--
			piece++
		case kind <= 0:
			missing, piece = 0, 0
		case missing == 0:
			missing = kind - 1
			piece++
		default:
			missing = kind - 1
			piece = 1
		}
		if piece >= leastPiece && missing == 0 {
			return true
		}
	}
	return false
}

// continuation is the kind of a byte that is not the first of its character.
const continuation = -1

// characters are how many bytes of UTF-8 begin with a byte, 0 if none does that may be part
// of a value or between two of its characters.
var characters = func() (bytes [256]int8) {
	for b := range bytes {
		switch {
		case b < ' ' && b != 0 && b != '\t' && b != '\n' && b != '\r', b == 0x7f, b >= 0xf5:
		case b < utf8.RuneSelf:
			bytes[b] = 1
		case b < 0xc0:
			bytes[b] = continuation
		case b < 0xe0:
			bytes[b] = 2
		case b < 0xf0:
			bytes[b] = 3
		default:
			bytes[b] = 4
		}
	}
	return bytes
}()

// sextet is what a digit of base64 is worth.
func sextet(digit byte) uint32 { return uint32(alphabets.Base64[digit]) }

// appendEscaped appends the text with the escapes of URLs, JSON, HTML and mails read,
// and read as UTF-16, if it has any.
func appendEscaped(to []byte, text string) []byte {
	if strings.ContainsAny(text, "%=\\&") {
		for rest := text; rest != ""; {
			char, size := unescape(rest)
			switch {
			case size == 0:
				to = append(to, rest[0])
				size = 1
			case char < utf8.RuneSelf || rest[0] == '\\' || rest[0] == '&':
				to = utf8.AppendRune(to, char)
			default:
				to = append(to, byte(char)) // of several that are a character
			}
			rest = rest[size:]
		}
		to = append(to, between)
	}
	if strings.Contains(text, "\x00") || !utf8.ValidString(text) {
		to = appendUTF16(to, text)
	}
	return to
}

// unescape reads the escape that a text begins with; its size is 0 if there is none.
func unescape(text string) (char rune, size int) {
	number := func(digits string, base, size int) (rune, int) {
		n, err := strconv.ParseUint(digits, base, 21)
		if err != nil {
			return 0, 0
		}
		return rune(n), size
	}
	switch {
	case len(text) >= 3 && (text[0] == '%' || text[0] == '='):
		return number(text[1:3], 16, 3)
	case len(text) >= 6 && strings.HasPrefix(text, `\u`):
		return number(text[2:6], 16, 6)
	case strings.HasPrefix(text, "&#"):
		digits, _, found := strings.Cut(text[2:min(len(text), 12)], ";")
		if !found || digits == "" {
			return 0, 0
		}
		if digits[0]|' ' == 'x' {
			return number(digits[1:], 16, len(digits)+3)
		}
		return number(digits, 10, len(digits)+3)
	default:
		return 0, 0
	}
}

// appendUTF16 appends the text read as UTF-16 of either order, begun at either byte.
func appendUTF16(to []byte, text string) []byte {
	raw := []byte(text)
	for _, high := range []int{1, 0} {
		for first := range 2 {
			to = append(append(to, readings.FromUTF16(raw[first:], high)...), between)
		}
	}
	return to
}
