package jsonbody

import (
	"bytes"
	"encoding/json"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// jsonDescription is all that is ever said of a body, so that no value can be in it.
var jsonDescription = regexp.MustCompile(`^(the body is empty|is not valid JSON|is not a field of the request|` +
	`is there twice|must contain no more than \d+ item\(s\)|must be at most \d+ (bytes|characters)|must be (an object|a list|text|text in base64|true or false|` +
	`a whole number|a duration such as "600s"|one of [A-Z_]+(, [A-Z_]+)*)) \(line \d+, column \d+\)$`)

var jsonPath = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_]{0,63}(\[\d+\])*(\.[A-Za-z_][A-Za-z0-9_]{0,63}(\[\d+\])*)*)?$`)

// FuzzDecode gives the decoder bodies of any kind, with long base64 for every #. What it takes
// is what protojson takes, but for bounds and for the line breaks of MIME. It must not fail but
// with one violation in our words, at a place made of the body's own field names, and must not
// allocate more than it may.
func FuzzDecode(f *testing.F) {
	for _, body := range bodies {
		f.Add(body)
	}
	long := base64Of(chunk + 300)
	f.Fuzz(func(t *testing.T, body string) {
		body = strings.ReplaceAll(body, "#", long)
		requireAsLibrary(t, body)
	})
}

// requireAsLibrary checks a body as FuzzDecode says.
func requireAsLibrary(t *testing.T, body string) {
	t.Helper()
	want, got := &livenessv1.IssueLivenessTokenRequest{}, &livenessv1.IssueLivenessTokenRequest{}
	err := protojson.Unmarshal([]byte(body), want)
	var refused *providers.Error
	requireFewBytes(t, len(body), func() {
		proto.Reset(got)
		refused = Decode(t.Context(), []byte(body), got)
	})
	if refused == nil {
		if err == nil {
			require.True(t, proto.Equal(want, got), "%v, protojson %v", got, want)
		} else {
			require.Regexp(t, `\\(n|r|u000[aAdD])`, body, "taken, but not by protojson: %v", err)
		}
		return
	}
	require.Equal(t, providers.InvalidRequest, refused.Reason)
	require.Empty(t, refused.Message)
	require.NoError(t, refused.Cause)
	require.Len(t, refused.Violations, 1)
	description := refused.Violations[0].Description
	require.Regexp(t, jsonDescription, description)
	requireOnlyKeys(t, []byte(body), string(refused.Violations[0].Path))
	if err == nil && json.Valid([]byte(body)) { // protojson takes "1e" too
		require.Regexp(t, `^must `, description, "refused, but not by protojson")
		require.True(t, strings.HasPrefix(description, "must be at most") || strings.HasPrefix(description, "must contain") || longNumber.MatchString(body), "%s", description)
	}
}

// requireFewBytes checks what a run allocates for a body, which it copies. What others allocate
// meanwhile is not counted, as nobody does so each time.
func requireFewBytes(t *testing.T, length int, run func()) {
	t.Helper()
	least := uint64(1 << 63)
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		run()
		runtime.ReadMemStats(&after)
		if least = min(least, after.TotalAlloc-before.TotalAlloc); least <= uint64(3*length+64<<10) {
			return
		}
	}
	require.LessOrEqual(t, least, uint64(3*length+64<<10))
}

// longNumber are values that are longer than is taken.
var longNumber = regexp.MustCompile(`[0-9eE.+-]{1000}[0-9eE.+-]{1000}[0-9eE.+-]{1000}[0-9eE.+-]{1000}`)

// bodies are what the decoder is tried with.
var bodies = []string{
	"", " ", "null", `{`, `{}`, `[1]`, `{"flow": "FLOW_APP_SDK"}`, `{"flow": 1, "flow": 2}`, `{"regions": ["cn", 2]}`,
	`{"comparison": {"photos": [{"content": "AA=="}, {"content": "*"}]}}`, `{"subjectId": "a value`, `{"tokenLifetime": "1m"}`, "{\"\\u0066low\"\n: \"张三\xff\"}",
	`{"flow": -1}`, `{"flow": 1.0}`, `{"flow": 1e0}`, `{"flow": 01}`, `{"flow": 1x}`, `{"flow": 99999999999}`, `{"flow": null, "scenario": null}`, `{"flow": "1"}`,
	`{"capture": {"maxUploads": "3", "flashColors": 4.0, "screenReplayCheck": true, "language": "en"}}`, `{"capture": {"maxUploads": " 3"}}`, `{"capture": {"maxUploads": 2e9}}`,
	`{"tokenLifetime": "600s"}`, `{"tokenLifetime": "600.000000001s"}`, `{"tokenLifetime": "-1s"}`, `{"tokenLifetime": {}}`, `{"tokenLifetime": [[[[`, `{"tokenLifetime": null}`,
	`{"subjectId": "\ud83d\ude00 \n\t\/\"\\ \u00e9"}`, `{"subjectId": "\ud83d"}`, `{"subjectId": "\ude00\ud83d"}`, `{"subjectId": "\u12"}`, `{"subjectId": "\x"}`, `{"subjectId": "\`,
	`{"subject_id": "u", "subjectId": "u"}`, `{"acceptedProducts": [], "regions": null}`, `{"acceptedProducts": ["a",]}`, `{"acceptedProducts": ["a" "b"]}`, `{"acceptedProducts": [null]}`,
	`{"comparison": {"detectRotatedFaces": truefalse}}`, `{"comparison": {"detectRotatedFaces": "true"}}`, `{"comparison": {"optional": true, "optional": false}}`, `{"comparison": {"optional": null}}`, `{"comparison": {"photos": [{}, null]}}`, `{"a":{"b":[1]}}`, `{"flow":1}x`, `{"flow":1} {`,
	`{"comparison":{"photos":[{"content":"#"}]}}`, `{"comparison":{"photos":[{"content":"#\n#"}]}}`, `{"comparison":{"photos":[{"content":"#"},{"content":"\u0041#"}]},"x":1}`,
	`{"comparison":{"photos":[{"content":"#\r\n#\r\n"}]}}`, `{"comparison":{"photos":[{"content":"-_-_#"}]}}`, `{"comparison":{"photos":[{"content":"+/+/-_-_"}]}}`,
	`{"comparison":{"photos":[{"content":"#"}]},"comparison":{"photos":[{"content":"#"}]}}`, `{"regions":["\\\""],"comparison":{"photos":[{"content":"-#_"}]`,
	`{"comparison":{"photos":[{"content":"#="},{"content":"#=="},{"content":"#\/"}],"photos":[]}}`, "{\"comparison\":{\"photos\":[{\"content\":\"#\xff\"",
	`{"comparison":{"photos":[{},{"content":"#"},{"content":"#","content":"#"},{"content":null},{"x":["#"],"content":"#"}]}}`,
	`{"comparison":{"photos":[{"content":"A"},{"content":"AA"},{"content":"AAA"},{"content":"AA="}]}}`, `{"comparison":{"photos":[{"content":"AA==AA=="},{"content":"===="}]}}`,
}

func TestDecodeAsLibrary(t *testing.T) {
	long := base64Of(chunk + 300)
	for _, body := range bodies {
		requireAsLibrary(t, strings.ReplaceAll(body, "#", long))
		for cut := range min(len(body), 60) {
			requireAsLibrary(t, body[:cut])
		}
	}
}

var index = regexp.MustCompile(`\[\d+\]`)

// requireOnlyKeys checks that a path is made of names of fields in the body. Where a name may
// be written with escapes, it is at least a text of the body.
func requireOnlyKeys(t *testing.T, body []byte, path string) {
	t.Helper()
	require.Regexp(t, jsonPath, path)
	if path == "" {
		return
	}
	texts := textsOf(body)
	for name := range strings.SplitSeq(index.ReplaceAllString(path, ""), ".") {
		if bytes.ContainsRune(body, '\\') {
			require.Contains(t, texts, name)
		} else {
			require.Regexp(t, `[{,]\s*"`+name+`"`, string(body))
		}
	}
}

// textsOf returns the names and texts of a body up to where it is no JSON.
func textsOf(body []byte) (texts []string) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	for {
		token, err := decoder.Token()
		if err != nil {
			return texts
		}
		if text, ok := token.(string); ok {
			texts = append(texts, text)
		}
	}
}
