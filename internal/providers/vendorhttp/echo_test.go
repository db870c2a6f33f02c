package vendorhttp_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/sensitive"
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

// hiding returns an answer to a form that hides the values.
func hiding(t *testing.T, values ...string) *vendorhttp.Answer {
	t.Helper()
	form := small()
	for _, value := range values {
		form.Hide(sensitive.New(value))
	}
	answer, failure := vendorhttp.Post(t.Context(), newTransport(t), serve(t, answering(http.StatusBadRequest, "{}")), attempt(), form)
	require.Nil(t, failure)
	return answer
}

func TestEchoesAreNotLogged(t *testing.T) {
	for _, value := range []string{
		"张三", "欧阳娜娜", "Zhang San", "José Álvarez", "Иван Петров", "11010119900307001X", "user-5c1f-77",
		"ICVvC_xUs6177WEtyUNwIH8J6NfGu50t", "https://shop.example/return?cart=5c1f", "김철수",
	} {
		answer := hiding(t, value)
		for name, spell := range spellings {
			for _, format := range []string{"%s", "BAD_ARGUMENTS: %s", "name=%s is wrong", "姓名%s无效", "no such user '%s'."} {
				text := fmt.Sprintf(format, spell(value))
				answer.SetText(vendorhttp.Text(text))
				require.Empty(t, answer.Exchange().Text, "%s of %q", name, value)
			}
		}
	}
}

// Pieces of six letters or digits are echoes too, and two ideographs.
func TestPiecesAreEchoes(t *testing.T) {
	answer := hiding(t, "11010119900307001X", "欧阳娜娜", "secret-5127-abcdef")
	for text, kept := range map[string]bool{
		"born 19900307":         false,
		"ends with 07001x":      false,
		"ends with 7001x":       true,
		"110 101":               false,
		"11010":                 true,
		"first name 娜娜":         false,
		"姓欧阳":                   false,
		"姓欧":                    true,
		"key secret5 is wrong":  false,
		"secret is wrong":       false,
		"secre is wrong":        true,
		"the photo is bad":      true,
		"wait 30 s, 10 at most": true,
	} {
		a := *answer
		a.SetText(vendorhttp.Text(text))
		require.Equal(t, kept, a.Exchange().Text != "", text)
	}
}

// A value that is shorter is looked for as a word: a user known as 7 does not cost every
// text with a 7 in it, nor the vendor's request id.
func TestShortValues(t *testing.T) {
	const id = "1531397037,c1223c5b-c2f6-4bb7-8cbb-4711497ddbe0"
	for value, words := range map[string]map[string]bool{
		"7":    {"at most 17": true, "user 7 is unknown": false, "user:7": false, "7": false, "v7": true},
		"4711": {"user 4711": false, "user 47 11": false, "id 47119": true, "uuid=4711&a": false},
		"u-1":  {"u-1 is unknown": false, "U1?": false, "u12": true, "menu 1": true},
		"Li":   {"name Li": false, "limit": true, "L i": false},
		"李":    {"姓李的": false, "系统错误": true},
	} {
		answer := hiding(t, value)
		for text, kept := range words {
			a := *answer
			a.SetText(vendorhttp.Text(text))
			require.Equal(t, kept, a.Exchange().Text != "", "%q with %q", text, value)
		}
		answer.SetRequestID(id)
		require.Equal(t, id, answer.Exchange().RequestID, "with %q", value)
	}
}

// What vendors usually say is logged.
func TestUsualTextsAreLogged(t *testing.T) {
	answer := hiding(t, "张三", "11010119900307001X", "user-5c1f", "k3yk3yk3yk3yk3y", "s3cr3ts3cr3ts3cr3t", "https://shop.example/back")
	for _, text := range []string{
		"BAD_ARGUMENTS: idcard_number", "AUTHORIZATION_ERROR: Denied.", "服务无权限", "调用成功", "Internal Server Error",
		"request 1490024799,225715ed-9871-478c-aabb-ec19542593cf failed at 2026-11-28T23:59:59.123Z",
		"image_ref1: expected at most 4096x4096 pixels (16%), got 5000 x 5000", "rate limit exceeded, retry in 30 s",
		`{"code"`[1:7] + " is missing", "50% of quota & more = none", "dGhpcyBpcyBub3RoaW5nIG9mIHRoYXQ=",
	} {
		a := *answer
		a.SetText(vendorhttp.Text(text))
		require.Equal(t, text, a.Exchange().Text)
	}
}

// The id of a request and a code are compared more coarsely: half of a value.
func TestEchoesAreNoNames(t *testing.T) {
	const number = "110101199003070018"
	for name, tests := range map[string]map[string]bool{
		"id": {
			"r-" + number: false, "r-" + hex.EncodeToString([]byte(number)): false, "199003070018": false, "r-070018": true,
			base64.RawURLEncoding.EncodeToString([]byte(number)): false, "t-20261128-000017": true,
			"8100 7030991101011"[:4] + "70309911" + "01011": false,
		},
	} {
		for id, kept := range tests {
			answer := hiding(t, number)
			answer.SetRequestID(vendorhttp.Text(id))
			require.Equal(t, kept, answer.Exchange().RequestID != "", "%s %q", name, id)
		}
	}
	answer := hiding(t, "Zhang Sanfeng", "https://bank.example/liveness/return")
	for code, kept := range map[string]bool{"ZHANG_SANFENG": false, "NO_SANFENG": false, "LIVENESS_NOT_CONFIGURED": true, "RETURN": true} {
		require.Equal(t, kept, answer.Shows(code), code)
	}
}

// The beginning of a photo is an echo too, as long as the photo is there.
func TestPhotosAreNotLogged(t *testing.T) {
	a := newArena(3 << 10)
	copy(a.content, "\xff\xd8 Exif of a private photo")
	form := a.form()
	answer, failure := vendorhttp.Post(t.Context(), newTransport(t), serve(t, answering(http.StatusBadRequest, "{}")), attempt(), form)
	require.Nil(t, failure)
	answer.SetText("bad file: Exif of a private")
	require.Empty(t, answer.Exchange().Text)
	a.Free()
	requireReused(t, a)
	answer.SetText("bad file")
	require.Equal(t, "bad file", answer.Exchange().Text)
}

// FuzzEcho looks for a text in which six letters of a secret stand and which is logged.
func FuzzEcho(f *testing.F) {
	const secret = "ICVvCxUs6177WEtyUNwIH8J6"
	for _, spell := range spellings {
		f.Add(spell(secret))
		f.Add(spell(secret[3:12]))
	}
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusBadRequest, Body: http.NoBody}, r.Body.Close()
	})
	f.Fuzz(func(t *testing.T, text string) {
		form := small()
		form.Hide(sensitive.New(secret))
		answer, failure := vendorhttp.Post(t.Context(), transport, &url.URL{Scheme: "http", Host: "vendor.example"},
			providers.Call{Request: &providers.Request{}, Now: now()}, form)
		require.Nil(t, failure)
		answer.SetText(vendorhttp.Text(text))
		answer.SetRequestID(vendorhttp.Text(text))
		logged := bytes.ToLower([]byte(answer.Exchange().Text))
		for i := range len(secret) - 5 {
			require.NotContains(t, string(logged), strings.ToLower(secret[i:i+6]))
		}
	})
}
