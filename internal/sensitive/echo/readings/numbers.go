package readings

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// fromNumbers reads each number as the byte or the character that has it: "76, 105".
func fromNumbers(text string) string {
	if strings.IndexFunc(text, isASCIIDigit) < 0 {
		return text
	}
	var all []byte
	for text != "" {
		rest := strings.TrimLeftFunc(text, isASCIIDigit)
		n, err := strconv.ParseUint(text[:len(text)-len(rest)], 10, 32)
		switch {
		case len(rest) == len(text):
			if text[0] != ' ' && text[0] != ',' { // those stand between bytes of one character
				all = append(all, text[0])
			}
			rest = text[1:]
		case err != nil || n < ' ':
		case n <= 0xff:
			all = append(all, byte(n))
		default:
			all = utf8.AppendRune(all, rune(min(n, unicode.MaxRune+1)))
		}
		text = rest
	}
	return string(all)
}

func isASCIIDigit(r rune) bool { return r >= '0' && r <= '9' }

// numerals are the digits that are ideographs, and those of forms that cannot be altered.
const numerals = "零一二三四五六七八九〇壹贰叁肆伍陆柒捌玖○壹貳參肆伍陸柒捌玖"

// fromNumerals reads ideographs that are digits as these.
func fromNumerals(text string) string {
	if !strings.ContainsAny(text, numerals) {
		return text
	}
	return strings.Map(func(r rune) rune {
		if at := strings.IndexRune(numerals, r); at >= 0 {
			return '0' + rune(utf8.RuneCountInString(numerals[:at])%10)
		}
		return r
	}, text)
}
