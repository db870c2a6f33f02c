package rules

import (
	"testing"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/tools/openapi/jsonschema"
)

func fieldOf(t *testing.T, message proto.Message, name protoreflect.Name) protoreflect.FieldDescriptor {
	t.Helper()
	field := message.ProtoReflect().Descriptor().Fields().ByName(name)
	require.NotNil(t, field)
	return field
}

// A rule that a schema cannot say yet fails, so that the document never allows more than is
// known of.
func TestRulesWithoutAFormFail(t *testing.T) {
	request, comparison := &livenessv1.IssueLivenessTokenRequest{}, &livenessv1.Comparison{}
	for rules, field := range map[string]protoreflect.FieldDescriptor{
		`string: {prefix: "a"}`:                                       fieldOf(t, request, "reference"),
		`string: {min_bytes: 1}`:                                      fieldOf(t, request, "reference"),
		`cel: {expression: "this != 'a'"}`:                            fieldOf(t, request, "reference"),
		`cel_expression: "this != 'a'"`:                               fieldOf(t, request, "reference"),
		`enum: {in: [1]}`:                                             fieldOf(t, request, "flow"),
		`cel: {expression: "this != 1"}`:                              fieldOf(t, request, "flow"),
		`repeated: {unique: true}`:                                    fieldOf(t, request, "regions"),
		`repeated: {items: {string: {suffix: "a"}}}`:                  fieldOf(t, request, "regions"),
		`duration: {gte: {seconds: 60}, lte: {seconds: 90}}`:          fieldOf(t, request, "token_lifetime"),
		`duration: {gte: {seconds: 60}}`:                              fieldOf(t, request, "token_lifetime"),
		`int32: {gt: 1}`:                                              fieldOf(t, &livenessv1.Capture{}, "max_uploads"),
		`bytes: {max_len: 3}`:                                         fieldOf(t, &livenessv1.Photo{}, "content"),
		`bool: {const: true}`:                                         fieldOf(t, comparison, "detect_rotated_faces"),
		`cel: {expression: "has(this.type)"}`:                         fieldOf(t, comparison, "identity_document"),
		`string: {pattern: "(?m)^a"}`:                                 fieldOf(t, request, "reference"),
		`cel: {expression: "this.matches('a') || this == 'b'"}`:       fieldOf(t, request, "reference"),
		`cel: {expression: "this.matches('a') && this.matches('b')"}`: fieldOf(t, request, "reference"),
	} {
		read := &validate.FieldRules{}
		require.NoError(t, prototext.Unmarshal([]byte(rules), read), rules)
		require.Error(t, Apply(&jsonschema.Schema{Items: &jsonschema.Schema{}}, read, field), rules)
	}
}

// The rules of the contract as the gateway itself has them.
func TestRulesOfTheContract(t *testing.T) {
	request := &livenessv1.IssueLivenessTokenRequest{}
	for name, want := range map[protoreflect.Name]jsonschema.Schema{
		"idempotency_key": {Pattern: "^$|^[A-Za-z0-9._:-]{1,128}$", MaxLength: 4096},
		"scenario":        {Pattern: "^[a-z0-9-]{0,64}$", MaxLength: 4096},
		"token_lifetime":  {Pattern: `^(?:[6-9][0-9]|[1-9][0-9]{2}|[1-9][0-9]{3}|[1-7][0-9]{4}|8[0-5][0-9]{3}|86[0-3][0-9]{2}|86400)(\.0{1,9})?s$`},
		"flow":            {Not: &jsonschema.Schema{Const: "FLOW_UNSPECIFIED"}},
		"detection":       {},
	} {
		got := jsonschema.Schema{}
		field := fieldOf(t, request, name)
		require.NoError(t, Apply(&got, Of(field), field))
		require.Equal(t, want, got, name)
	}
}
