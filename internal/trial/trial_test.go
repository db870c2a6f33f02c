package trial

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
)

func TestCitation(t *testing.T) {
	codes := providers.CodeTable{
		{Code: "DENIED", Document: "Acme: get", Section: "Errors"}, {Code: "DENIED:IP", Document: "Acme: get", Section: "Networks"},
	}
	for code, want := range map[string]string{
		"DENIED": "DENIED: Acme: get, Errors", "DENIED:IP": "DENIED:IP: Acme: get, Networks",
		"DENIED:KEY": "DENIED: Acme: get, Errors", "GONE": "none",
	} {
		require.Equal(t, want, citation(codes, code))
	}
}

// What never ends is not read to its end.
func TestEndlessRequest(t *testing.T) {
	_, err := readMessage("/dev/zero", nil)
	require.ErrorContains(t, err, "it is larger than 28 MiB")
	_, err = readMessage("", []string{"photos=@/dev/zero"})
	require.ErrorContains(t, err, "it is larger than 28 MiB")
	_, err = readCases("/dev/zero")
	require.ErrorContains(t, err, "it is not a regular file")
}

func TestEverySourceOfAnExpiryHasAWord(t *testing.T) {
	require.Len(t, expirySources, len(livenessv1.ExpirySource_name))
	for _, word := range expirySources {
		require.Contains(t, livenessv1.ExpirySource_value, "EXPIRY_SOURCE_"+word)
	}
}

// A vendor's answer moves nothing on the terminal of whoever tries it, by none of its parts.
func TestTerminalsObeyNoAnswer(t *testing.T) {
	const odd = "a\x1b[2Jb\x07\x7f\u009b1mc\u202ed\u2028e\u200bf"
	var output strings.Builder
	safe := &redactor{all: true, hide: func(text string) string { return text }}
	safe.respelt = func(text string) string { return text }
	p := printer{&output, safe}
	p.head("HTTP/1.1 200 "+odd+"\r\nServer: "+odd+"\r\nX-Other: "+odd, func(value string) string { return value })
	p.body(odd + "\n\t" + odd)
	shown := "a [2Jb   1mc d e f"
	require.Equal(t, "  HTTP/1.1 200 "+shown+"\n  Server: "+shown+"\n  X-Other: "+shown+"\n\n  "+shown+"\n  \t"+shown+"\n", output.String())
}

// A time at which a token expires is saved as the vendor wrote it: another one would be another case.
func TestStatedTimesAreHarmless(t *testing.T) {
	r := &redactor{harmless: timesOf(time.Unix(1700000000, 0))}
	for _, stated := range []string{"1700000000", "2023-11-14T22:13:20Z"} {
		require.True(t, r.isHarmless(stated), stated)
	}
}

// The few digits that a user reads aloud stand in many an id and time by chance, which are shown.
func TestFewDigitsAreHiddenAsAWord(t *testing.T) {
	r := &redactor{secrets: []string{"tiger-lily-7781", "7961"}}
	r.hide = r.replacer(func(string) string { return "*" })
	r.respelt = func(string) string { return "respelt" }
	for text, want := range map[string]string{
		"1796138572,634b575b-b356-4916-bafc-27e0f2857ba8": "1796138572,634b575b-b356-4916-bafc-27e0f2857ba8",
		"17961385":             "17961385",
		"read 7961 aloud":      "read * aloud",
		"数字7961错误":             "数字*错误",
		"7961":                 "*",
		"code=Nzk2MQ==":        "code=*",
		"7-9-6-1":              "respelt",
		"tiger-lily-7781-7961": "*-*",
	} {
		require.Equal(t, want, r.hidden(text))
	}
}
