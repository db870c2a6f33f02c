package params_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
)

func read(t *testing.T, body string) params.Input {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	return params.JSON(1<<20, "application/json")(httptest.NewRecorder(), r)
}

func TestJSON(t *testing.T) {
	const body = `{"text":"a","number":-1.50e3,"yes":true,"null":null,"list":["x",{"deep":2}],"object":{"in":{"ner":"z"}},"empty":"","a.b":"dotted"}`
	in := read(t, body)
	require.Equal(t, params.None, in.Problem)
	require.Equal(t, body, string(in.Body))
	require.Equal(t, params.Values{
		"text":   {Text: "a"},
		"number": {Type: params.Number, Text: "-1.50e3"},
		"yes":    {Type: params.Bool, Text: "true"},
		"null":   {Type: params.Null},
		"list":   {Type: params.List}, "list[0]": {Text: "x"}, "list[1]": {Type: params.Object}, "list[1].deep": {Type: params.Number, Text: "2"},
		"object": {Type: params.Object}, "object.in": {Type: params.Object}, "object.in.ner": {Text: "z"},
		"empty": {}, "a.b": {Text: "dotted"},
	}, in.Values)
}

func TestJSONThatIsNotUnderstood(t *testing.T) {
	for name, body := range map[string]string{
		"nothing":                       "",
		"no object":                     `[]`,
		"a text":                        `"{}"`,
		"two objects":                   `{}{}`,
		"rubbish behind":                `{} x`,
		"cut short":                     `{"a":"b"`,
		"cut short in a list":           `{"a":[1`,
		"a comma too many":              `{"a":1,}`,
		"a name twice":                  `{"a":1,"a":2}`,
		"a name twice, once escaped":    `{"a":1,"\u0061":1}`,
		"a name twice further in":       `{"a":{"b":1,"b":1}}`,
		"a name twice in a list":        `{"a":[{"b":1,"b":1}]}`,
		"a name as another's path":      `{"a":{"b":1},"a.b":1}`,
		"single quotes":                 `{'a':1}`,
		"not UTF-8":                     "{\"a\":\"\xff\"}",
		"deeper than any document":      strings.Repeat(`{"a":`, 20) + "1" + strings.Repeat("}", 20),
		"more names than any document":  `{"a":[` + strings.Repeat("1,", 1000) + `1]}`,
		"far deeper than a stack holds": strings.Repeat(`{"a":`, 100_000),
	} {
		t.Run(name, func(t *testing.T) {
			in := read(t, body)
			require.Equal(t, params.BadBody, in.Problem)
			require.Empty(t, in.Values)
			require.Equal(t, body, string(in.Body), "a signature may be right all the same")
		})
	}
}

func TestJSONThatIsTooLarge(t *testing.T) {
	text := strings.Repeat("x", 1<<20-8)
	require.False(t, read(t, `{"a":"`+text+`"}`).TooLarge)
	require.True(t, read(t, `{"a":"`+text+`x"}`).TooLarge)
}

func TestHeadersAsParameters(t *testing.T) {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(`{"X-Key":"forged","X-Other":"forged"}`))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Key", "k")
	in := params.WithHeaders(params.JSON(1<<20, "application/json"), "X-Key", "X-Other")(httptest.NewRecorder(), r)
	require.Equal(t, params.Values{"X-Key": {Text: "k"}}, in.Values)
}

func TestJSONOfAnotherMediaType(t *testing.T) {
	for _, media := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/x-amz-json-1.1", "application/json-patch+json"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(`{}`))
		r.Header.Set("Content-Type", media)
		require.Equal(t, params.BadBody, params.JSON(1<<20, "application/json")(httptest.NewRecorder(), r).Problem, media)
	}
}

func TestKindsOfMissing(t *testing.T) {
	rows := []params.Row{
		{Name: "plain", Required: true, Check: params.AnyText()},
		{Name: "strict", Check: params.AnyText(), Empty: params.Malformed, Null: "null"},
	}
	for body, want := range map[string]params.Fault{
		`{"plain":"x"}`:               {},
		`{}`:                          {Kind: params.Missing, Param: "plain"},
		`{"plain":null}`:              {Kind: params.Missing, Param: "plain"},
		`{"plain":""}`:                {Kind: params.Missing, Param: "plain"},
		`{"plain":1}`:                 {Kind: params.Malformed, Param: "plain"},
		`{"plain":false}`:             {Kind: params.Malformed, Param: "plain"},
		`{"plain":"x","strict":""}`:   {Kind: params.Malformed, Param: "strict"},
		`{"plain":"x","strict":null}`: {Kind: "null", Param: "strict"},
		`{"plain":"x","strict":{}}`:   {Kind: params.Malformed, Param: "strict"},
	} {
		require.Equal(t, want, params.First(read(t, body).Values, rows), body)
	}
}

func TestChecksOfJSON(t *testing.T) {
	whole, flag := params.Whole(0, 4), params.Of(params.Bool)
	photo := params.Base64Photo(1000)
	for body, want := range map[string][3]params.Kind{
		`{"v":0}`:        {params.None, params.Malformed, params.Malformed},
		`{"v":4}`:        {params.None, params.Malformed, params.Malformed},
		`{"v":5}`:        {params.Malformed, params.Malformed, params.Malformed},
		`{"v":-1}`:       {params.Malformed, params.Malformed, params.Malformed},
		`{"v":1.0}`:      {params.Malformed, params.Malformed, params.Malformed},
		`{"v":"1"}`:      {params.Malformed, params.Malformed, params.NotAPhoto},
		`{"v":true}`:     {params.Malformed, params.None, params.Malformed},
		`{"v":"true"}`:   {params.Malformed, params.Malformed, params.NotAPhoto},
		`{"v":"aGkhaA"}`: {params.Malformed, params.Malformed, params.NotAPhoto},
		`{"v":"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="}`:                                  {params.Malformed, params.Malformed, params.None},
		`{"v":"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg"}`:                                    {params.Malformed, params.Malformed, params.NotAPhoto},
		`{"v":"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="}`:            {params.Malformed, params.Malformed, params.NotAPhoto},
		`{"v":"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==` + strings.Repeat("=", 1000) + `"}`: {params.Malformed, params.Malformed, params.PhotoTooLarge},
	} {
		v := read(t, body).Values["v"]
		require.Equal(t, want, [3]params.Kind{whole(v), flag(v), photo(v)}, body)
	}
}
