package jsonbody

import (
	"bytes"
	"strconv"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/liveness-gateway/gateway/internal/message/contract"
)

const (
	// longestEscape is the most bytes of JSON that one byte can take: \u0041.
	longestEscape = 6
	// maxName bounds the name of a field or of an enum's value.
	maxName = 64
)

// begins reports whether the next byte is that one.
func (d *decoder) begins(b byte) bool { return d.at < len(d.body) && d.body[d.at] == b }

// space skips white space. It returns false if the caller has left meanwhile.
func (d *decoder) space() bool {
	for begin := d.at; d.at < len(d.body); d.at++ {
		switch d.body[d.at] {
		case ' ', '\t', '\r', '\n':
		default:
			return true
		}
		if (d.at-begin)%contract.CheckEvery == contract.CheckEvery-1 && !d.wanted() {
			return false
		}
	}
	return true
}

// wanted reports whether the caller is still there.
func (d *decoder) wanted() bool {
	d.refused = contract.Left(d.ctx)
	return d.refused == nil
}

// text reads a text and returns it with its escapes. If it is longer than most bytes, it returns
// false without refusing the body.
func (d *decoder) text(most int) (raw []byte, escaped, ok bool) {
	begin := d.at
	for i := begin + 1; i < len(d.body); {
		c := d.body[i]
		switch {
		case c == '"':
			d.at = i + 1
			return d.body[begin+1 : i], escaped, true
		case i-begin > most:
			return nil, false, false
		case c == '\\':
			n := escapeLength(d.body[i:])
			if n == 0 {
				return nil, false, d.syntax(len(d.body))
			}
			if n < 0 {
				return nil, false, d.syntax(begin)
			}
			escaped = true
			i += n
		case c < ' ':
			return nil, false, d.syntax(begin)
		case c < utf8.RuneSelf:
			i++
		default:
			r, n := utf8.DecodeRune(d.body[i:])
			if r == utf8.RuneError && n == 1 {
				return nil, false, d.syntax(begin)
			}
			i += n
		}
	}
	return nil, false, d.syntax(len(d.body))
}

// name reads a text that should be a name; it returns nil if the text is too long for one.
func (d *decoder) name() (name []byte, ok bool) {
	raw, escaped, ok := d.text(longestEscape * maxName)
	switch {
	case ok && !escaped:
		return raw, true
	case ok:
		return unescape([]byte{}, raw), true
	default:
		return nil, d.refused == nil
	}
}

// escapeLength returns the length of the escape at the beginning of text, 0 if the text ends within
// it, and -1 if it is not an escape.
func escapeLength(text []byte) int {
	if len(text) < 2 {
		return 0
	}
	switch text[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
	default:
		return -1
	}
	if len(text) < 6 {
		return 0
	}
	first, ok := hex4(text[2:])
	if !ok {
		return -1
	}
	if !utf16.IsSurrogate(first) {
		return 6
	}
	if len(text) < 12 {
		return 0
	}
	second, ok := hex4(text[8:])
	if text[6] != '\\' || text[7] != 'u' || !ok || utf16.DecodeRune(first, second) == unicode.ReplacementChar {
		return -1
	}
	return 12
}

// hex4 reads four hexadecimal digits.
func hex4(text []byte) (r rune, ok bool) {
	for _, c := range text[:4] {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// escapes are what letters after a backslash mean.
var escapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// unescape appends a text whose escapes are valid.
func unescape(dst, raw []byte) []byte {
	for len(raw) > 0 {
		next := bytes.IndexByte(raw, '\\')
		if next < 0 {
			return append(dst, raw...)
		}
		dst = append(dst, raw[:next]...)
		raw = raw[next:]
		n := escapeLength(raw)
		switch n {
		case 2:
			dst = append(dst, escapes[raw[1]])
		case 6:
			r, _ := hex4(raw[2:])
			dst = utf8.AppendRune(dst, r)
		default:
			first, _ := hex4(raw[2:])
			second, _ := hex4(raw[8:])
			dst = utf8.AppendRune(dst, utf16.DecodeRune(first, second))
		}
		raw = raw[n:]
	}
	return dst
}

// literal skips a word, if it is there.
func (d *decoder) literal(word string) bool {
	end := d.at + len(word)
	if end > len(d.body) || string(d.body[d.at:end]) != word || !d.delimited(end) {
		return false
	}
	d.at = end
	return true
}

// delimited reports whether a number or a word may end at that offset.
func (d *decoder) delimited(end int) bool {
	if end >= len(d.body) {
		return true
	}
	switch c := d.body[end]; {
	case c == '-', c == '+', c == '.', c == '_', isDigit(c), 'a' <= c|0x20 && c|0x20 <= 'z':
		return false
	default:
		return true
	}
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// shortNumber reads a whole number of at most nine digits and nothing else.
func (d *decoder) shortNumber() (int32, bool) {
	const most = 9
	end := d.at
	for end < len(d.body) && isDigit(d.body[end]) && end-d.at < most {
		end++
	}
	if end == d.at || !d.delimited(end) || d.body[d.at] == '0' && end-d.at > 1 {
		return 0, false
	}
	n, err := strconv.ParseInt(string(d.body[d.at:end]), 10, 32)
	d.at = end
	return int32(n), err == nil
}

// number skips a number, if there is one.
func (d *decoder) number() bool {
	i := d.at
	digits := func() bool {
		begin := i
		for i < len(d.body) && isDigit(d.body[i]) {
			i++
		}
		return i > begin
	}
	next := func(set string) bool {
		if i < len(d.body) && bytes.IndexByte([]byte(set), d.body[i]) >= 0 {
			i++
			return true
		}
		return false
	}
	next("-")
	if !next("0") && !digits() {
		return false
	}
	if next(".") && !digits() {
		return false
	}
	if next("eE") {
		next("+-")
		if !digits() {
			return false
		}
	}
	if !d.delimited(i) {
		return false
	}
	d.at = i
	return true
}
