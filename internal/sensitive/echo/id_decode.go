package echo

import (
	"encoding/binary"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// appendHexadecimal appends what the text's runs of hexadecimal digits are, begun at
// either digit.
func appendHexadecimal(to []byte, text string) []byte {
	for start := 0; start < len(text); start++ {
		end := start
		for end < len(text) && hexValues[text[end]] >= 0 {
			end++
		}
		if end-start >= 2*leastPiece {
			for first := range 2 {
				begin := len(to)
				for i := start + first; i+2 <= end; i += 2 {
					to = append(to, byte(hexValues[text[i]]<<4|hexValues[text[i+1]]))
				}
				to = endView(to, begin)
			}
		}
		start = end
	}
	return to
}

// appendBase64 appends what the text's runs of base64, in either alphabet, are, begun at
// each of four characters.
func appendBase64(to []byte, text string) []byte {
	for start := 0; start < len(text); start++ {
		end := start
		for end < len(text) && base64Values[text[end]] >= 0 {
			end++
		}
		for first := start; first < start+4 && end-start >= leastPiece*4/3; first++ {
			begin, i := len(to), first
			for ; i+4 <= end; i += 4 {
				bits := sextet(text[i])<<18 | sextet(text[i+1])<<12 | sextet(text[i+2])<<6 | sextet(text[i+3])
				to = append(to, byte(bits>>16), byte(bits>>8), byte(bits))
			}
			if i+2 <= end {
				to = append(to, byte(sextet(text[i])<<2|sextet(text[i+1])>>4))
			}
			if i+3 <= end {
				to = append(to, byte(sextet(text[i+1])<<4|sextet(text[i+2])>>2))
			}
			to = endView(to, begin)
		}
		start = end
	}
	return to
}

// endView ends the view that begins there. What was decoded and has no piece of text is left
// out: most runs of digits were never encoded text.
func endView(views []byte, begin int) []byte {
	from, missing := begin, int8(0) // where the piece begins, and bytes of its last character
	for i := begin; i < len(views); i++ {
		switch kind := characters[views[i]]; {
		case kind == continuation && missing > 0:
			missing--
		case kind > 0 && missing == 0:
			missing = kind - 1
		default:
			from, missing = i, max(kind-1, 0)
			if kind <= 0 {
				from++
			}
		}
		if missing == 0 && i+1-from >= leastPiece {
			return append(views, between)
		}
	}
	return views[:begin]
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
func sextet(digit byte) uint32 { return uint32(base64Values[digit]) }

// What digits are worth, -1 for what is none.
var (
	hexValues    = digits("0123456789abcdef", "0123456789ABCDEF")
	base64Values = digits(
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
	)
)

func digits(alphabets ...string) (worth [256]int8) {
	for i := range worth {
		worth[i] = -1
	}
	for _, alphabet := range alphabets {
		for i := range len(alphabet) {
			worth[alphabet[i]] = int8(i)
		}
	}
	return worth
}

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
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		for first := range 2 {
			var units []uint16
			for i := first; i+2 <= len(raw); i += 2 {
				units = append(units, order.Uint16(raw[i:]))
			}
			to = append(to, string(utf16.Decode(units))...)
			to = append(to, between)
		}
	}
	return to
}
