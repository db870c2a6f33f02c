package sensitive

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
		for end < len(text) && hexDigits[text[end]] >= 0 {
			end++
		}
		if end-start >= 2*leastEcho {
			for first := range 2 {
				for i := start + first; i+2 <= end; i += 2 {
					to = append(to, byte(hexDigits[text[i]]<<4|hexDigits[text[i+1]]))
				}
				to = append(to, between)
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
		for end < len(text) && base64Digits[text[end]] >= 0 {
			end++
		}
		for first := start; first < start+4 && end-start >= leastEcho*4/3; first++ {
			bits, n := 0, 0
			for i := first; i < end; i++ {
				bits, n = bits<<6|int(base64Digits[text[i]]), n+6
				if n >= 8 {
					n -= 8
					to = append(to, byte(bits>>n))
					bits &= 1<<n - 1
				}
			}
			to = append(to, between)
		}
		start = end
	}
	return to
}

// What digits are worth, -1 for what is none.
var (
	hexDigits    = digits("0123456789abcdef", "0123456789ABCDEF")
	base64Digits = digits(
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
