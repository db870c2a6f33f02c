package echo

import (
	"unicode/utf8"

	"github.com/liveness-gateway/gateway/internal/sensitive/echo/alphabets"
	"github.com/liveness-gateway/gateway/internal/sensitive/echo/letters"
)

// What a byte may be.
const (
	isWord   = 1 << iota // a letter or digit of ASCII, or a part of another character
	isDigit              // a decimal digit
	isEscape             // the first of an escape of URLs, JSON, HTML or mails
	isWide               // a zero, or a part of a character that is not ASCII
	isBase64             // a digit of base64 or base32 that is none of a UUID
)

// kinds says what each byte may be, and small what it is in small letters. Every answer has an id
// whose bytes are looked at: tables cost half of what comparing them does.
var kinds, small = func() (kinds, small [256]byte) {
	for i := range kinds {
		b := byte(i)
		small[i] = letters.Lower(b)
		if alphabets.Base64[i] != alphabets.NoDigit && alphabets.Hex[i] == alphabets.NoDigit && b != '-' {
			kinds[i] = isBase64
		}
		switch {
		case b >= '0' && b <= '9':
			kinds[i] |= isWord | isDigit
		case letters.IsWordByte(b):
			kinds[i] |= isWord
		case b >= utf8.RuneSelf:
			kinds[i] = isWord | isWide
		case b == 0:
			kinds[i] = isWide
		case b == '%' || b == '=' || b == '\\' || b == '&':
			kinds[i] = isEscape
		}
	}
	return kinds, small
}()

// kindsOf returns all that the bytes of a text may be.
func kindsOf(text string) (all byte) {
	for i := range len(text) {
		all |= kinds[text[i]]
	}
	return all
}

// appendSmall appends a text in small letters.
func appendSmall[T string | []byte](to []byte, text T) []byte {
	begin := len(to)
	to = append(to, text...)
	for i, b := range to[begin:] {
		to[begin+i] = small[b]
	}
	return to
}

// appendOnly appends those bytes that are of a kind.
func appendOnly(to, text []byte, kind byte) []byte {
	for _, b := range text {
		if kinds[b]&kind != 0 {
			to = append(to, b)
		}
	}
	return to
}
