package server_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/protobuf/encoding/protojson"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
)

// contractCase is a request and what the contract makes of it on both transports.
type contractCase struct {
	Name string
	// Request is the JSON body. {{n text}} in a case file is the text n times over.
	Request map[string]any
	// Refused is absent if the request must reach the issuer.
	Refused *refusal
}

type refusal struct {
	Code   string
	HTTP   int
	Reason string
	// Fields are the paths at fault over gRPC, JSONFields over REST where they are
	// spelled otherwise.
	Fields     []string
	JSONFields []string `yaml:"json_fields"`
	// Says is part of what is said of them.
	Says string
}

func TestContract(t *testing.T) {
	g := start(t, issues)
	files, err := filepath.Glob("testdata/cases/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		for _, c := range readCases(t, file) {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml")+"/"+c.Name, func(t *testing.T) {
				body, err := json.Marshal(c.Request)
				require.NoError(t, err)
				request := &livenessv1.IssueLivenessTokenRequest{}
				require.NoError(t, protojson.Unmarshal(body, request))
				c.check(t, g.overGRPC(t, request))
				c.check(t, g.post(t, string(body)))
			})
		}
	}
}

func (c *contractCase) check(t *testing.T, r *reply) {
	t.Helper()
	if c.Refused == nil {
		require.NotNil(t, r.response, "refused over %s: %v", r.transport, r.status)
		return
	}
	d := requireFailure(t, r)
	require.Equal(t, c.Refused.Code, code.Code_name[r.status.GetCode()])
	require.Equal(t, c.Refused.Reason, d.info.GetReason())
	require.Contains(t, d.descriptions(), c.Refused.Says)
	require.Nil(t, d.retry)
	want := c.Refused.Fields
	if r.transport == call.REST {
		require.Equal(t, c.Refused.HTTP, r.httpStatus)
		if c.Refused.JSONFields != nil {
			want = c.Refused.JSONFields
		}
	}
	require.ElementsMatch(t, want, d.fields())
	for _, value := range texts(c.Request) {
		require.NotContains(t, protojson.Format(r.status), value, "a value of the request")
	}
}

// texts returns the texts of six and more characters in a JSON value.
func texts(value any) []string {
	var found []string
	switch value := value.(type) {
	case string:
		if len(value) >= 6 {
			found = append(found, value)
		}
	case []any:
		for _, item := range value {
			found = append(found, texts(item)...)
		}
	case map[string]any:
		for _, item := range value {
			found = append(found, texts(item)...)
		}
	}
	return found
}

var repeated = regexp.MustCompile(`\{\{(\d+) (.+?)\}\}`)

func readCases(t *testing.T, file string) []contractCase {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	text = repeated.ReplaceAllFunc(text, func(match []byte) []byte {
		parts := repeated.FindSubmatch(match)
		times, err := strconv.Atoi(string(parts[1]))
		require.NoError(t, err)
		return []byte(strings.Repeat(string(parts[2]), times))
	})
	var cases []contractCase
	require.NoError(t, yaml.UnmarshalWithOptions(text, &cases, yaml.Strict()), file)
	require.NotEmpty(t, cases)
	return cases
}
