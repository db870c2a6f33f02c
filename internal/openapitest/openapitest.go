// Package openapitest judges messages by the OpenAPI document, as a validating proxy does. Of
// tests alone.
package openapitest

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"buf.build/go/protovalidate"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/gen"
	"github.com/liveness-gateway/gateway/internal/message"
)

// The places of the schemas in the document.
const (
	Request  = "#/components/schemas/liveness.v1.IssueLivenessTokenRequest"
	Form     = "#/paths/~1v1~1liveness-tokens/post/requestBody/content/multipart~1form-data/schema"
	response = "#/paths/~1v1~1liveness-tokens/post/responses/"
	content  = "/content/application~1json/schema"
)

// Answer returns the place of the schema of answers with the HTTP status.
func Answer(status int) string { return response + strconv.Itoa(status) + content }

// TB is what of testing.TB is needed, which rapid's has too.
type TB interface {
	require.TestingT
	Helper()
}

// BreaksARule reports whether the gateway refuses a request, as JSON, by the contract and not by
// its configuration.
func BreaksARule(body []byte) bool {
	request, refused := message.DecodeJSON(body)
	return refused != nil || protovalidate.Validate(request) != nil
}

// Check returns how a body of JSON differs from the schema at a place, nil if it does not.
func Check(t TB, place string, body []byte) error {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	require.NoError(t, err)
	return compiled(t, place).Validate(value)
}

// Examples returns the requests that the API page can be filled in with, by their names.
func Examples(t TB) map[string]json.RawMessage {
	t.Helper()
	var spec struct {
		Paths map[string]struct {
			Post struct {
				RequestBody struct {
					Content map[string]struct {
						Examples map[string]struct{ Value json.RawMessage }
					}
				}
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(gen.OpenAPI()), &spec))
	found := map[string]json.RawMessage{}
	for name, example := range spec.Paths["/v1/liveness-tokens"].Post.RequestBody.Content["application/json"].Examples {
		found[name] = example.Value
	}
	return found
}

var (
	mu      sync.Mutex
	schemas = map[string]*jsonschema.Schema{}
)

// compiled returns the schema at a place.
func compiled(t TB, place string) *jsonschema.Schema {
	t.Helper()
	mu.Lock()
	defer mu.Unlock()
	if schemas[place] == nil {
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(gen.OpenAPI()))
		require.NoError(t, err)
		compiler := jsonschema.NewCompiler()
		compiler.DefaultDraft(jsonschema.Draft2020)
		compiler.AssertFormat()
		compiler.UseRegexpEngine(ecma)
		const address = "openapi.json"
		require.NoError(t, compiler.AddResource(address, document))
		schemas[place], err = compiler.Compile(address + place)
		require.NoError(t, err)
	}
	return schemas[place]
}

var escapedRune = regexp.MustCompile(`\\u([0-9a-f]{4})`)

// ecma compiles an expression of ECMA-262, which spells the numbers of characters in its own way.
func ecma(pattern string) (jsonschema.Regexp, error) {
	compiled, err := regexp.Compile(escapedRune.ReplaceAllString(pattern, `\x{$1}`))
	return (*expression)(compiled), err
}

type expression regexp.Regexp

func (e *expression) MatchString(text string) bool { return (*regexp.Regexp)(e).MatchString(text) }
func (e *expression) String() string               { return (*regexp.Regexp)(e).String() }
