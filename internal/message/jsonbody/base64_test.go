package jsonbody

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// photo returns n bytes whose base64 has all letters.
func photo(n int) []byte {
	content := make([]byte, n)
	for i := range content {
		content[i] = byte(i * i >> 3)
	}
	return content
}

func base64Of(n int) string { return base64.StdEncoding.EncodeToString(photo(n)) }

func withPhotos(texts ...string) string {
	photos := make([]map[string]string, len(texts))
	for i, text := range texts {
		photos[i] = map[string]string{"content": text}
	}
	list, _ := json.Marshal(photos)
	return `{"flow": 1, "comparison": {"photos": ` + string(list) + `}, "subjectId": "u"}`
}

// lines breaks a text into lines as MIME does.
func lines(text, end string) string {
	var broken strings.Builder
	for ; len(text) > 76; text = text[76:] {
		broken.WriteString(text[:76] + end)
	}
	return broken.String() + text + end
}

// Base64 is taken or refused for what it is, not for how long it is or for what surrounds it.
func TestBase64(t *testing.T) {
	const refused = "must be text in base64"
	url := strings.NewReplacer("+", "-", "/", "_")
	for _, n := range []int{1, 2, 3, 100, chunk / 4 * 3, chunk/4*3 + 1, chunk + 1, 3 * chunk, 100_000} {
		text := base64Of(n)
		bare := strings.TrimRight(text, "=")
		for name, c := range map[string]struct{ text, says string }{
			"padded":               {text, ""},
			"not padded":           {bare, ""},
			"CR LF":                {lines(text, "\r\n"), ""},
			"LF":                   {lines(text, "\n"), ""},
			"not padded, CR LF":    {lines(bare, "\r\n"), ""},
			"a break first":        {"\n" + text, ""},
			"breaks in a group":    {text[:1] + "\r\n\r\n" + text[1:], ""},
			"a break before the =": {bare + "\n" + text[len(bare):], ""},
			"the URL alphabet":     {url.Replace(text), ""},
			"in lines":             {lines(url.Replace(text), "\r\n"), ""},
			"both alphabets":       {text + "+/+/-_-_", refused},
			"a blank":              {text + " ", refused},
			"a tab":                {text[:1] + "\t" + text[1:], refused},
			"a star":               {text[:1] + "*" + text[1:], refused},
			"a quote":              {text + `"`, refused},
			"a NUL":                {text + "\x00", refused},
			"another letter":       {text + "é", refused},
			"too much padding":     {text + "====", refused},
			"padding in front":     {"=" + text, refused},
		} {
			body := withPhotos("AAAA", c.text)
			request := &livenessv1.IssueLivenessTokenRequest{}
			failure := Decode(t.Context(), []byte(body), request)
			if c.says != "" {
				require.NotNil(t, failure, "%s, %d", name, n)
				require.Equal(t, providers.Path("comparison.photos[1].content"), failure.Violations[0].Path)
				require.Equal(t, c.says+" (line 1, column 69)", failure.Violations[0].Description)
				continue
			}
			require.Nil(t, failure, "%s, %d", name, n)
			require.True(t, bytes.Equal(photo(n), request.GetComparison().GetPhotos()[1].GetContent()), "%s, %d", name, n)
		}
	}
}

// A place behind photos that have been decoded is the place that it was.
func TestPlacesBehindPhotos(t *testing.T) {
	long := base64Of(100_000)
	for _, c := range []struct{ body, path, says string }{
		{`{"comparison": {"photos": [{"content": "` + long + `"}], "x": 1}}`, "comparison.x", "is not a field of the request (line 1, column 133382)"},
		{"{\"comparison\": {\"photos\": [{\"content\": \"" + long + "\"},\n{\"content\": \"" + long + "\"}],\n \"x\": 1}}", "comparison.x", "is not a field of the request (line 3, column 2)"},
		{`{"comparison": {"photos": [{"content": "` + long + `"}, {"content": "` + long + "\x01\"}]}}", "comparison.photos[1].content", "is not valid JSON (line 1, column 133393)"},
		{`{"comparison": {"photos": [{"content": "` + long, "comparison.photos[0].content", "is not valid JSON (line 1, column 133377)"},
	} {
		refused := Decode(t.Context(), []byte(c.body), &livenessv1.IssueLivenessTokenRequest{})
		require.Equal(t, c.path, string(refused.Violations[0].Path))
		require.Equal(t, c.says, refused.Violations[0].Description)
	}
}

// leaving is a caller who leaves when it has been asked for so often.
type leaving struct {
	context.Context

	asked, after int
}

func (l *leaving) Err() error {
	l.asked++
	if l.asked > l.after {
		return context.Canceled
	}
	return nil
}

// Work on a body ends soon after its caller has left.
func TestDecodeEndsWithItsCaller(t *testing.T) {
	for name, body := range map[string]string{
		"a photo":              withPhotos(base64Of(1 << 20)),
		"a photo in lines":     withPhotos(lines(base64Of(1<<20), "\r\n")),
		"a photo with escapes": strings.ReplaceAll(withPhotos(base64Of(1<<20)), "B", `\u0042`),
		"white space":          "{" + strings.Repeat(" ", 1<<20) + "}",
	} {
		t.Run(name, func(t *testing.T) {
			caller := &leaving{Context: t.Context(), after: 3}
			refused := Decode(caller, []byte(body), &livenessv1.IssueLivenessTokenRequest{})
			require.NotNil(t, refused)
			require.Equal(t, providers.CallerCancelled, refused.Reason)
			require.Equal(t, 4, caller.asked)
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	small := `{"flow":"FLOW_SPOKEN_DIGITS","scenario":"login","acceptedProducts":["megvii.random-number"],"subjectId":"user-7f3a","reference":"order-20931"}`
	text := base64Of(1 << 20)
	for name, body := range map[string][]byte{
		"small": []byte(small), "photos": []byte(withPhotos(text, text, text)), "photos in lines": []byte(withPhotos(lines(text, "\r\n"))),
	} {
		scratch := make([]byte, len(body))
		b.Run(name+"/in place", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				copy(scratch, body)
				_ = Decode(b.Context(), scratch, &livenessv1.IssueLivenessTokenRequest{})
			}
		})
		b.Run(name+"/library", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = protojson.Unmarshal(body, &livenessv1.IssueLivenessTokenRequest{})
			}
		})
	}
}
