package secrets

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxSecretBytes = 4 << 10

// secretProblem says what is wrong with a secret and where, and never shows it.
func secretProblem(text string) string {
	switch {
	case text == "":
		return "is empty"
	case len(text) > maxSecretBytes:
		return "has more than " + strconv.Itoa(maxSecretBytes) + " bytes"
	}
	for i, r := range text {
		kind := ""
		switch _, size := utf8.DecodeRuneInString(text[i:]); {
		case r == utf8.RuneError && size == 1:
			kind = "a byte that is not UTF-8"
		case r == '\n' || r == '\r':
			kind = "a line break"
		case r == byteOrderMark:
			kind = "a byte order mark"
		case r == ' ' && (strings.Trim(text[:i], " ") == "" || strings.Trim(text[i:], " ") == ""):
			kind = "a blank at an end"
		case r == ' ':
		case unicode.IsSpace(r):
			kind = "a blank other than a space"
		case !unicode.IsGraphic(r) || unicode.Is(invisible, r):
			kind = "an invisible character"
		}
		if kind != "" {
			return fmt.Sprintf("holds %s, at byte %d of %d", kind, i+1, len(text))
		}
	}
	return ""
}

const byteOrderMark = '\ufeff'

// invisible are letters, marks and symbols that show nothing; others that show nothing
// are not graphic.
var invisible = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x034f, 0x034f, 1},
		{0x115f, 0x1160, 1},
		{0x17b4, 0x17b5, 1},
		{0x180b, 0x180f, 1},
		{0x2800, 0x2800, 1},
		{0x3164, 0x3164, 1},
		{0xfe00, 0xfe0f, 1},
		{0xffa0, 0xffa0, 1},
	},
	R32: []unicode.Range32{{0xe0100, 0xe01ef, 1}},
}
