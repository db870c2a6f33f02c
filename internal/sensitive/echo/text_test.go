package echo_test

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sensitive/echo"
)

// spellings are ways in which a vendor may write a value, by name.
var spellings = map[string]func(string) string{
	"plain":              func(v string) string { return v },
	"capitals":           strings.ToUpper,
	"percent":            func(v string) string { return eachByte(v, "%%%02X") },
	"percent, low":       func(v string) string { return eachByte(v, "%%%02x") },
	"query":              url.QueryEscape,
	"percent twice":      func(v string) string { return url.QueryEscape(eachByte(v, "%%%02X")) },
	"entities":           func(v string) string { return eachRune(v, "&#%d;") },
	"hex entities":       func(v string) string { return eachRune(v, "&#x%X;") },
	"entities without ;": func(v string) string { return eachRune(v, "&#%d ") },
	"entities twice":     func(v string) string { return html.EscapeString(eachRune(v, "&#%d;")) },
	"JSON":               func(v string) string { return eachUnit(v, `\u%04x`) },
	"JSON twice":         func(v string) string { return eachUnit(v, `\\u%04x`) },
	"ES6":                func(v string) string { return eachRune(v, `\u{%x}`) },
	"percent-u":          func(v string) string { return eachUnit(v, "%%u%04X") },
	"code points":        func(v string) string { return eachRune(v, "U+%04X ") },
	"bytes":              func(v string) string { return eachByte(v, `\x%02x`) },
	"quoted-printable":   func(v string) string { return eachByte(v, "=%02X") },
	"hex":                func(v string) string { return hex.EncodeToString([]byte(v)) },
	"HEX":                func(v string) string { return strings.ToUpper(hex.EncodeToString([]byte(v))) },
	"hex, spaced":        func(v string) string { return fmt.Sprintf("% x", v) },
	"hex, 0x":            func(v string) string { return fmt.Sprintf("% #x", v) },
	"hex, colons":        func(v string) string { return strings.ReplaceAll(fmt.Sprintf("% X", v), " ", ":") },
	"base32":             func(v string) string { return base32.StdEncoding.EncodeToString([]byte(v)) },
	"base32, small":      func(v string) string { return strings.ToLower(base32.StdEncoding.EncodeToString([]byte(v))) },
	"base32, other":      func(v string) string { return base32.HexEncoding.EncodeToString([]byte(v)) },
	"base32, glued":      func(v string) string { return "ABC" + base32.StdEncoding.EncodeToString([]byte(v)) },
	"octal":              func(v string) string { return eachByte(v, `\%03o`) },
	"numbers":            func(v string) string { return eachRune(v, "%d, ") },
	"numbers of bytes":   func(v string) string { return eachByte(v, "%d ") },
	"tags":               func(v string) string { return eachRune(v, "<b>%c</b>") },
	"base64":             func(v string) string { return base64.StdEncoding.EncodeToString([]byte(v)) },
	"base64 for URLs":    func(v string) string { return base64.RawURLEncoding.EncodeToString([]byte(v)) },
	"base64, one before": func(v string) string { return base64.StdEncoding.EncodeToString([]byte("=" + v)) },
	"base64, two before": func(v string) string { return base64.StdEncoding.EncodeToString([]byte("==" + v)) },
	"base64, broken": func(v string) string {
		encoded := base64.StdEncoding.EncodeToString([]byte(v))
		return encoded[:len(encoded)/2] + "\r\n" + encoded[len(encoded)/2:]
	},
	"base64 of base64": func(v string) string {
		return base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte(v))))
	},
	"base64, glued by one":   func(v string) string { return "k" + base64.StdEncoding.EncodeToString([]byte(v)) },
	"base64, glued by two":   func(v string) string { return "k-" + base64.StdEncoding.EncodeToString([]byte(v)) },
	"base64, glued by three": func(v string) string { return "id_" + base64.StdEncoding.EncodeToString([]byte(v)) },
	"base64 of UTF-16":       func(v string) string { return base64.StdEncoding.EncodeToString(littleEndian(v)) },
	"UTF-16 in hex":          func(v string) string { return eachUnit(v, "%04x") },
	"spaced":                 func(v string) string { return strings.Join(strings.Split(v, ""), " ") },
	"dashed":                 func(v string) string { return strings.Join(strings.Split(v, ""), "-") },
	"with dots":              func(v string) string { return strings.Join(strings.Split(v, ""), "·") },
	"with zero width":        func(v string) string { return strings.Join(strings.Split(v, ""), "\u200b") },
	"full-width": func(v string) string {
		return strings.Map(func(r rune) rune {
			if r > ' ' && r < 0x7f {
				return r + 0xfee0
			}
			return r
		}, v)
	},
	"Arabic digits":   func(v string) string { return withDigits(v, "٠١٢٣٤٥٦٧٨٩") },
	"bold digits":     func(v string) string { return withDigits(v, "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗") },
	"circled digits":  func(v string) string { return withDigits(v, "⓪①②③④⑤⑥⑦⑧⑨") },
	"raised digits":   func(v string) string { return withDigits(v, "⁰¹²³⁴⁵⁶⁷⁸⁹") },
	"numerals":        func(v string) string { return withDigits(v, "〇一二三四五六七八九") },
	"formal numerals": func(v string) string { return withDigits(v, "零壹贰叁肆伍陆柒捌玖") },
	"look-alikes": func(v string) string {
		return strings.NewReplacer("0", "O", "1", "l", "a", "а", "e", "е", "X", "Х").Replace(v)
	},
	"reversed": func(v string) string {
		runes := []rune(v)
		slices.Reverse(runes)
		return string(runes)
	},
	"ends":              func(v string) string { return first(v, 1) + "****" + last(v, 1) },
	"first alone":       func(v string) string { return first(v, 1) + "**" },
	"last alone":        func(v string) string { return "*" + last(v, 1) },
	"masked by x":       func(v string) string { return first(v, 1) + "XXXX" + last(v, 1) },
	"masked by dots":    func(v string) string { return first(v, 1) + "....." + last(v, 1) },
	"masked by bullets": func(v string) string { return first(v, 1) + "●●" },
	"masked full-width": func(v string) string { return first(v, 1) + "＊＊" },
}

func withDigits(v, digits string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return []rune(digits)[r-'0']
		}
		return r
	}, v)
}

func eachByte(v, format string) (all string) {
	for _, b := range []byte(v) {
		all += fmt.Sprintf(format, b)
	}
	return all
}

func eachRune(v, format string) (all string) {
	for _, r := range v {
		all += fmt.Sprintf(format, r)
	}
	return all
}

func eachUnit(v, format string) (all string) {
	for _, unit := range utf16.Encode([]rune(v)) {
		all += fmt.Sprintf(format, unit)
	}
	return all
}

func littleEndian(v string) (all []byte) {
	for _, unit := range utf16.Encode([]rune(v)) {
		all = append(all, byte(unit), byte(unit>>8))
	}
	return all
}

func first(v string, n int) string { return string([]rune(v)[:n]) }

func last(v string, n int) string { return string([]rune(v)[len([]rune(v))-n:]) }

func TestTextsThatRepeatAValue(t *testing.T) {
	for _, value := range []string{
		"张三", "欧阳娜娜", "Zhang San", "José Álvarez", "Иван Петров", "11010119900307001X", "user-5c1f-77",
		"ICVvC_xUs6177WEtyUNwIH8J6NfGu50t", "https://shop.example/return?cart=5c1f", "김철수",
	} {
		for name, spell := range spellings {
			for _, format := range []string{"%s", "BAD_ARGUMENTS: %s", "400: %s", "name=%s is wrong", "姓名%s无效", "no such user '%s'."} {
				require.True(t, echo.InText(fmt.Sprintf(format, spell(value)), value), "%s of %q", name, value)
			}
		}
	}
}

// Pieces of six letters or digits are repetitions too, and two ideographs.
func TestPieces(t *testing.T) {
	for text, repeats := range map[string]bool{
		"born 19900307":         true,
		"ends with 07001x":      true,
		"ends with 7001x":       false,
		"110 101":               true,
		"11010":                 false,
		"first name 娜娜":         true,
		"姓欧阳":                   true,
		"姓欧":                    false,
		"key secret5 is wrong":  true,
		"secret is wrong":       true,
		"secre is wrong":        false,
		"the photo is bad":      false,
		"wait 30 s, 10 at most": false,
	} {
		require.Equal(t, repeats, echo.InText(text, "11010119900307001X", "欧阳娜娜", "secret-5127-abcdef"), text)
	}
}

// A value that is shorter is looked for as a word: a user known as 7 does not cost every
// text with a 7 in it.
func TestShortValues(t *testing.T) {
	for value, texts := range map[string]map[string]bool{
		"7":    {"at most 17": false, "user 7 is unknown": true, "user:7": true, "7": true, "v7": false},
		"4711": {"user 4711": true, "user 47 11": true, "id 47119": false, "uuid=4711&a": true},
		"u-1":  {"u-1 is unknown": true, "U1?": true, "u12": false, "menu 1": false},
		"Li":   {"name Li": true, "limit": false, "L i": true},
		"李":    {"姓李的": true, "系统错误": false},
	} {
		for text, repeats := range texts {
			require.Equal(t, repeats, echo.InText(text, value), "%q with %q", text, value)
		}
	}
}

func TestUsualTexts(t *testing.T) {
	for _, text := range []string{
		"BAD_ARGUMENTS: idcard_number", "AUTHORIZATION_ERROR: Denied.", "服务无权限", "调用成功", "Internal Server Error",
		"request 1490024799,225715ed-9871-478c-aabb-ec19542593cf failed at 2026-11-28T23:59:59.123Z",
		"image_ref1: expected at most 4096x4096 pixels (16%), got 5000 x 5000", "rate limit exceeded, retry in 30 s",
		`"code" is missing`, "50% of quota & more = none", "dGhpcyBpcyBub3RoaW5nIG9mIHRoYXQ=",
	} {
		require.False(t, echo.InText(text, "张三", "11010119900307001X", "user-5c1f", "k3yk3yk3yk3yk3y", "s3cr3ts3cr3ts3cr3t",
			"https://shop.example/back"), text)
	}
}

// FuzzTexts looks for a text in which six letters of a secret stand unnoticed.
func FuzzTexts(f *testing.F) {
	const secret = "ICVvCxUs6177WEtyUNwIH8J6"
	for _, spell := range spellings {
		f.Add(spell(secret))
		f.Add(spell(secret[3:12]))
	}
	f.Fuzz(func(t *testing.T, text string) {
		if echo.InText(text, secret) {
			return
		}
		for i := range len(secret) - 5 {
			require.NotContains(t, strings.ToLower(text), strings.ToLower(secret[i:i+6]))
		}
	})
}
