package message

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// jsonDescription is all that is ever said of a body, so that no value can be in it.
var jsonDescription = regexp.MustCompile(`^(the body is empty|is not valid JSON|is not a field of the request|` +
	`is there twice|has a value of the wrong form|must be (an object|a list|text|text in base64|true or false|` +
	`a whole number|a duration such as "600s"|one of [A-Z_]+(, [A-Z_]+)*)) \(line \d+, column \d+\)$`)

var jsonPath = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_]{0,63}(\[\d+\])*(\.[A-Za-z_][A-Za-z0-9_]{0,63}(\[\d+\])*)*)?$`)

// FuzzREST gives the decoder bodies of any kind. It must not fail but with one violation
// in our words, at a place made of the body's own field names, which fits an answer.
func FuzzREST(f *testing.F) {
	for _, body := range []string{
		"", " ", "null", `{`, `{}`, `[1]`, `{"flow": "FLOW_APP_SDK"}`, `{"flow": 1, "flow": 2}`, `{"regions": ["cn", 2]}`,
		`{"comparison": {"photos": [{"content": "AA=="}, {"content": "*"}]}}`, `{"subjectId": "a value`, `{"tokenLifetime": "1m"}`, "{\"\\u0066low\"\n: \"张三\xff\"}",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		refused := decodeJSON(body, nil, &livenessv1.IssueLivenessTokenRequest{})
		if refused == nil {
			return
		}
		require.Equal(t, providers.InvalidRequest, refused.Reason)
		require.Empty(t, refused.Message)
		require.NoError(t, refused.Cause)
		require.Len(t, refused.Violations, 1)
		require.Regexp(t, jsonDescription, refused.Violations[0].Description)
		requireOnlyKeys(t, body, string(refused.Violations[0].Path))
	})
}

var index = regexp.MustCompile(`\[\d+\]`)

// requireOnlyKeys checks that a path is made of names of fields in the body. Where the
// body is not JSON, a name is at least not what follows a colon.
func requireOnlyKeys(t *testing.T, body []byte, path string) {
	t.Helper()
	require.Regexp(t, jsonPath, path)
	if path == "" {
		return
	}
	var value any
	valid := json.Unmarshal(body, &value) == nil
	keys := keysOf(value)
	for name := range strings.SplitSeq(index.ReplaceAllString(path, ""), ".") {
		if valid {
			require.Contains(t, keys, name)
		} else if !bytes.ContainsRune(body, '\\') {
			require.Regexp(t, `[{,]\s*"`+name+`"`, string(body))
		}
	}
}

// keysOf returns the names of all fields in a JSON value.
func keysOf(value any) []string {
	var keys []string
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			keys = append(keys, keysOf(item)...)
		}
	case map[string]any:
		for key, item := range value {
			keys = append(append(keys, key), keysOf(item)...)
		}
	}
	return keys
}
