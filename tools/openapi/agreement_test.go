package main

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/demo"
	"github.com/liveness-gateway/gateway/internal/openapitest"
)

// values are, for each field, those that the contract takes and those that it does not, around each bound.
var values = map[string][]any{
	"idempotencyKey":   {"", "k", "a.B_c:1-", strings.Repeat("k", 128), strings.Repeat("k", 129), "key 1", "schlüssel", 7, true},
	"flow":             {"FLOW_APP_SDK", "FLOW_HOSTED_PAGE", "FLOW_JS_SDK", "FLOW_SPOKEN_DIGITS", "FLOW_UNSPECIFIED", "FLOW_77", "", "flow_app_sdk", false},
	"scenario":         {"", "login", "a-1", strings.Repeat("s", 64), strings.Repeat("s", 65), "Login", "a_b", "a\n"},
	"acceptedProducts": {[]any{}, []any{"megvii.app-v5", "linkface.app"}, []any{""}, []any{strings.Repeat("p", 64)}, []any{strings.Repeat("p", 65)}, many("p", 64), many("p", 65), []any{"a\u202eb"}, []any{"a\u200cb"}, "megvii.app-v5", []any{1}},
	"regions":          {[]any{}, []any{"cn"}, []any{""}, many("r", 64), many("r", 65), []any{"a\x7f"}},
	"subjectId":        {"", "user-7f3a", "用户", strings.Repeat("s", 512), strings.Repeat("s", 513), "a\nb", "a\u200bb", "a\u200db", "\u2028", 1},
	"reference":        {"", "r-1", strings.Repeat("号", 128), strings.Repeat("r", 129), "\u0085", "\u00ad", "\ufeff"},
	"comparison": {
		map[string]any{},
		map[string]any{"photos": []any{}},
		photos("AAAA"), photos("AAAA", "AAAA", "AAAA"), photos("AAAA", "AAAA", "AAAA", "AAAA"),
		photos(""),
		map[string]any{"photos": []any{map[string]any{}}},
		identity(nil), identity(map[string]any{"type": "IDENTITY_DOCUMENT_TYPE_UNSPECIFIED"}),
		identity(map[string]any{"country": "China"}), identity(map[string]any{"country": "cn"}), identity(map[string]any{"country": ""}),
		identity(map[string]any{"name": ""}), identity(map[string]any{"name": strings.Repeat("n", 4096)}), identity(map[string]any{"name": strings.Repeat("n", 4097)}),
		identity(map[string]any{"number": "1\t2"}), identity(map[string]any{"issuer": "x"}),
		map[string]any{"identityDocument": map[string]any{"country": "CN"}},
		map[string]any{"detectRotatedFaces": true},
		with(photos("AAAA"), "detectRotatedFaces", true), with(photos("AAAA"), "multipleFaces", "MULTIPLE_FACES_UNSPECIFIED"),
		map[string]any{"optional": true},
		with(photos("AAAA"), "optional", true), with(photos("AAAA"), "optional", false), with(photos("AAAA"), "optional", "true"),
		with(photos("AAAA"), "multipleFaces", "SOME"), with(photos("AAAA"), "detectRotatedFaces", "yes"), with(photos("AAAA"), "video", "AAAA"),
		[]any{},
	},
	"callback": {
		map[string]any{},
		callback("https://shop.example/r?a=1#b"), callback("http://127.0.0.1:8080"), callback("HTTPS://a.example"), callback(""), callback("a.example/r"),
		callback("ftp://a.example/r"), callback("https://u@a.example/"), callback("https://u:p@a.example/"), callback("https://a.example/@"),
		callback("https://a.example/" + strings.Repeat("p", 2048-len("https://a.example/"))), callback("https://a.example/" + strings.Repeat("p", 2049-len("https://a.example/"))),
		map[string]any{"extraData": strings.Repeat("x", 4096)},
		map[string]any{"extraData": strings.Repeat("x", 4097)},
		map[string]any{"extraData": "a\tb\r\n"},
		map[string]any{"extraData": "a\x00"},
		map[string]any{"extraData": "a\u202e"},
		map[string]any{"extraData": "a\u200b"},
		map[string]any{"url": "https://a.example"},
	},
	"tokenLifetime": {"60s", "59s", "86400s", "86401s", "90.500s", "90.000s", "600", "s", "1h", "-60s", "0s", 600},
	"capture": {
		map[string]any{},
		map[string]any{"maxUploads": 2},
		map[string]any{"maxUploads": 5},
		map[string]any{"maxUploads": 1},
		map[string]any{"maxUploads": 6},
		map[string]any{"maxUploads": 2.5},
		map[string]any{"flashColors": 4},
		map[string]any{"flashColors": 8},
		map[string]any{"flashColors": 5},
		map[string]any{"flashColors": 0},
		map[string]any{"language": "zh-CN"},
		map[string]any{"language": "e"},
		map[string]any{"language": ""},
		map[string]any{"language": "en_GB"},
		map[string]any{"screenReplayCheck": true, "faceOcclusionCheck": false, "reportMultipleFaces": true},
		map[string]any{"screenReplayCheck": 1},
		map[string]any{"colours": 6},
	},
	"detection":      {"DETECTION_UNSPECIFIED", "DETECTION_ID_CARD_OCR", "DETECTION_BANK_CARD_OCR", "DETECTION_FACE"},
	"clientMetadata": {"", "{\"os\": \"ios\"}\n", strings.Repeat("m", 16384), strings.Repeat("m", 16385), "a\x7f", "a\u2066"},
	"deviceId":       {"", "d-1", strings.Repeat("设", 128), strings.Repeat("d", 129), "a\tb"},
	"userId":         {"u"}, // is no field
}

// A field that comes into the contract comes into the test.
func TestEveryFieldHasValues(t *testing.T) {
	fields := (&livenessv1.IssueLivenessTokenRequest{}).ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		require.NotEmpty(t, values[fields.Get(i).JSONName()], fields.Get(i).Name())
	}
}

func many(text string, n int) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = text
	}
	return list
}

func photos(contents ...string) map[string]any {
	var list []any
	for _, content := range contents {
		list = append(list, map[string]any{"content": content})
	}
	return map[string]any{"photos": list}
}

func identity(changed map[string]any) map[string]any {
	d := map[string]any{"type": "IDENTITY_DOCUMENT_TYPE_IDENTITY_CARD", "country": "CN", "name": "n", "number": "1"}
	maps.Copy(d, changed)
	return map[string]any{"identityDocument": d}
}

func with(object map[string]any, name string, value any) map[string]any {
	object[name] = value
	return object
}

func callback(url string) map[string]any { return map[string]any{"returnUrl": url} }

// The document refuses what the contract refuses, and nothing else: each value of each field
// alone, then several together.
func TestDocumentAgreesWithTheGateway(t *testing.T) {
	taken, refused := 0, 0
	agree := func(t openapitest.TB, request map[string]any) {
		body, err := json.Marshal(request)
		require.NoError(t, err)
		broken := openapitest.BreaksARule(body)
		wrong := openapitest.Check(t, openapitest.Request, body)
		require.Equal(t, broken, wrong != nil, "%s\ndocument: %v", body, wrong)
		if broken {
			refused++
		} else {
			taken++
		}
	}
	agree(t, map[string]any{})
	for name, some := range values {
		for _, value := range some {
			agree(t, map[string]any{"flow": "FLOW_APP_SDK", name: value})
		}
	}
	require.Greater(t, taken, 50)
	require.Greater(t, refused, 70)

	rapid.Check(t, func(t *rapid.T) {
		request := map[string]any{"flow": "FLOW_APP_SDK"}
		for _, name := range slices.Sorted(maps.Keys(values)) {
			if rapid.IntRange(0, 2).Draw(t, name+" present") == 0 {
				request[name] = rapid.SampledFrom(values[name]).Draw(t, name)
			}
		}
		agree(t, request)
	})
}

// Every product has an example that the document and the contract take.
func TestExamples(t *testing.T) {
	all := examples()
	require.Len(t, all, 1+len(demo.Examples()))
	for _, e := range all {
		require.NoError(t, openapitest.Check(t, openapitest.Request, e.Value.Value), e.Name)
		require.False(t, openapitest.BreaksARule(e.Value.Value), e.Name)
	}
}

// The API page fills a form in with what the contract takes.
func TestFormExamples(t *testing.T) {
	all := formExamples()
	require.Len(t, all, 1)
	form := `{"request": ` + string(all[0]) + `, "photos": ["a"]}`
	require.NoError(t, openapitest.Check(t, openapitest.Form, []byte(form)))
	require.False(t, openapitest.BreaksARule(all[0]))
}

// A form has its photos in parts, of which the request as JSON says nothing.
func TestForms(t *testing.T) {
	for form, taken := range map[string]bool{
		`{"request": {"flow": "FLOW_JS_SDK"}, "photos": ["a"]}`:                                                                       true,
		`{"request": {"flow": "FLOW_JS_SDK", "comparison": {}}, "photos": ["a", "b", "c"]}`:                                           true,
		`{"request": {"flow": "FLOW_JS_SDK", "comparison": {"detectRotatedFaces": true}}, "photos": ["a"]}`:                           true,
		`{"request": {"flow": "FLOW_JS_SDK", "comparison": {"optional": true}}, "photos": ["a"]}`:                                     true,
		`{"request": {"flow": "FLOW_JS_SDK"}, "photos": ["a", "b", "c", "d"]}`:                                                        false,
		`{"request": {"flow": "FLOW_JS_SDK"}, "photos": []}`:                                                                          false,
		`{"request": {"flow": "FLOW_JS_SDK"}}`:                                                                                        false,
		`{"photos": ["a"]}`:                                                                                                           false,
		`{"request": {}, "photos": ["a"]}`:                                                                                            false,
		`{"request": {"flow": "FLOW_JS_SDK"}, "photos": ["a"], "video": "a"}`:                                                         false,
		`{"request": {"flow": "FLOW_JS_SDK", "comparison": {"photos": [{"content": "AAAA"}]}}, "photos": ["a"]}`:                      false,
		`{"request": {"flow": "FLOW_JS_SDK", "comparison": {"identityDocument": {"country": "CN"}}}, "photos": ["a"]}`:                false,
		`{"request": {"flow": "FLOW_JS_SDK", "comparison": {"multipleFaces": "SOME"}, "capture": {"maxUploads": 2}}, "photos": [""]}`: false,
	} {
		require.Equal(t, taken, openapitest.Check(t, openapitest.Form, []byte(form)) == nil, form)
	}
}
