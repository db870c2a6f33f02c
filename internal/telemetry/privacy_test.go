package telemetry_test

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/personal"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/sensitive"
	"github.com/liveness-gateway/gateway/internal/telemetry/telemetrytest"
)

const (
	issueMethod = "/liveness.v1.LivenessService/IssueLivenessToken"
	tokensPath  = "/v1/liveness-tokens"
	// photo is longer than its marker, so that the marker's base64 is in it whole.
	photo = "MARKERMARKERMARKER"
)

// marked is a request whose every value that a caller can choose holds a marker.
func marked(scenario string) string {
	return `{
		"flow": "FLOW_HOSTED_PAGE", "scenario": "` + scenario + `",
		"acceptedProducts": ["MARKER-product"], "regions": ["MARKER-region"],
		"subjectId": "MARKER-subject", "reference": "MARKER-reference",
		"comparison": {
			"identityDocument": {"type": "IDENTITY_DOCUMENT_TYPE_IDENTITY_CARD", "country": "CN", "name": "MARKER-name", "number": "MARKER-number"},
			"photos": [{"content": "` + base64.StdEncoding.EncodeToString([]byte(photo)) + `"}]
		},
		"callback": {
			"returnUrl": "https://example.com/MARKER", "notifyUrl": "https://example.com/MARKER", "extraData": "MARKER-data"
		},
		"clientMetadata": "MARKER-metadata", "deviceId": "MARKER-device"
	}`
}

// A field that the contract comes to mark as personal needs a marker too. A country's two
// letters have room for none.
func TestEveryPersonalFieldIsMarked(t *testing.T) {
	request := &livenessv1.IssueLivenessTokenRequest{}
	require.NoError(t, protojson.Unmarshal([]byte(marked("login")), request))
	texts := personal.Texts(request)
	require.Len(t, texts, fieldsOfText(request.ProtoReflect().Descriptor()))
	for _, text := range texts {
		require.True(t, strings.Contains(text, "MARKER") || text == "CN", text)
	}
}

// fieldsOfText returns how many personal fields of text a message has, at any depth.
func fieldsOfText(message protoreflect.MessageDescriptor) (n int) {
	for i := range message.Fields().Len() {
		switch field := message.Fields().Get(i); {
		case field.Message() != nil:
			n += fieldsOfText(field.Message())
		case field.Kind() == protoreflect.StringKind && personal.Is(field):
			n++
		}
	}
	return n
}

// requireUnmarked checks that no marker is in the text, in plain or as a photo in JSON.
func requireUnmarked(t *testing.T, text string) {
	t.Helper()
	require.NotContains(t, strings.ToUpper(text), "MARKER")
	require.NotContains(t, text, base64.StdEncoding.EncodeToString([]byte("MARKER")))
}

// requireSilence checks the log, which has this many lines, and the metrics.
func (g *gateway) requireSilence(t *testing.T, lines int) {
	t.Helper()
	requireUnmarked(t, g.log.String())
	requireUnmarked(t, telemetrytest.Scrape(t, g.registry))
	require.Equal(t, lines, strings.Count(g.log.String(), "\n"), "%s", g.log)
}

// markedOutcome is issued with markers in all that is for the caller alone.
func markedOutcome(context.Context, *routing.Query) (*routing.Outcome, error) {
	outcome := telemetrytest.IssuedCall().Outcome
	outcome.Start = began
	outcome.Attempts[1].Exchange.Reference = "MARKER-reference"
	secret := sensitive.New("MARKER-secret")
	outcome.Token = &providers.Token{
		Value: secret, SessionID: secret, Reference: "MARKER-reference",
		Client: providers.Client{
			URL: secret, Digits: secret, Endpoint: "https://MARKER.example", Parameters: map[string]sensitive.String{"MARKER": secret},
		},
	}
	return &outcome, nil
}

func TestAnIssuedTokenLeavesNoTrace(t *testing.T) {
	g := start(t, markedOutcome)
	code, answer := g.post(t, tokensPath, marked("login"), "Authorization", "MARKER", "X-Request-Id", "MARKER 1", "Cookie", "MARKER=1")
	require.Equal(t, 200, code, answer)
	require.Contains(t, answer, "MARKER-secret", "the caller gets it")

	request, response := &livenessv1.IssueLivenessTokenRequest{}, &livenessv1.IssueLivenessTokenResponse{}
	require.NoError(t, protojson.Unmarshal([]byte(marked("login")), request))
	require.NoError(t, g.invoke(t, issueMethod, request, response, "authorization", "MARKER", "x-request-id", "MARKER 1"))
	require.Equal(t, "MARKER-secret", response.GetToken())
	g.requireSilence(t, 2)
}

func TestAFailedCallLeavesNoTrace(t *testing.T) {
	refused := telemetrytest.RefusedCall()
	for name, issue := range map[string]issuer{
		"refused by the vendor": func(context.Context, *routing.Query) (*routing.Outcome, error) { return &refused.Outcome, refused.Err },
		"a panic":               func(context.Context, *routing.Query) (*routing.Outcome, error) { panic("MARKER") },
		"a panic with an error": func(context.Context, *routing.Query) (*routing.Outcome, error) { panic(errors.New("MARKER")) },
		"a panic with its data": func(_ context.Context, query *routing.Query) (*routing.Outcome, error) { panic(query) },
	} {
		t.Run(name, func(t *testing.T) {
			g := start(t, issue)
			code, answer := g.post(t, tokensPath, marked("login"))
			require.GreaterOrEqual(t, code, 500)
			requireUnmarked(t, answer)

			request := &livenessv1.IssueLivenessTokenRequest{}
			require.NoError(t, protojson.Unmarshal([]byte(marked("login")), request))
			requireUnmarkedStatus(t, g.invoke(t, issueMethod, request, &livenessv1.IssueLivenessTokenResponse{}))
			g.requireSilence(t, 2)
		})
	}
}

func requireUnmarkedStatus(t *testing.T, err error) {
	t.Helper()
	require.Error(t, err)
	text, err := protojson.Marshal(status.Convert(err).Proto())
	require.NoError(t, err)
	requireUnmarked(t, string(text))
}

func TestARefusedMessageLeavesNoTrace(t *testing.T) {
	g := start(t, markedOutcome)
	bodies := []string{
		marked("MARKER is no scenario"),
		marked("login") + "MARKER",
		strings.Replace(marked("login"), "FLOW_HOSTED_PAGE", "FLOW_MARKER", 1),
		strings.Replace(marked("login"), `["MARKER-region"]`, `"MARKER-region"`, 1),
		strings.Replace(marked("login"), `"identityDocument": {`, `"identityDocument": {"MARKER 张三": 1, `, 1),
		strings.Replace(marked("login"), `{"content": "`, `{"content": "MARKER*"}, {"content": "`, 1),
	}
	for i := 1; i < len(marked("login")); i += 25 {
		bodies = append(bodies, marked("login")[:i])
	}
	for _, body := range bodies {
		code, answer := g.post(t, tokensPath, body)
		require.Equal(t, 400, code, body)
		requireUnmarked(t, answer)
	}
	headers := []string{"Grpc-Timeout", "Idempotency-Key", "Content-Encoding", "Content-Type"}
	for _, header := range headers {
		code, answer := g.post(t, tokensPath, marked("login"), header, "MARKER is none")
		require.GreaterOrEqual(t, code, 400)
		requireUnmarked(t, answer)
	}
	code, answer := g.post(t, "/MARKER?subject=MARKER", marked("login"))
	require.Equal(t, 404, code)
	requireUnmarked(t, answer)
	g.requireSilence(t, len(bodies)+len(headers)+1)
}

func TestARefusedGRPCMessageLeavesNoTrace(t *testing.T) {
	g := start(t, markedOutcome)
	request := &livenessv1.IssueLivenessTokenRequest{}
	require.NoError(t, protojson.Unmarshal([]byte(marked("login")), request))

	request.Scenario = "MARKER"
	requireUnmarkedStatus(t, g.invoke(t, issueMethod, request, &livenessv1.IssueLivenessTokenResponse{}))
	request.Scenario = ""
	request.IdempotencyKey = "MARKER is no key"
	requireUnmarkedStatus(t, g.invoke(t, issueMethod, request, &livenessv1.IssueLivenessTokenResponse{}))
	request.IdempotencyKey = ""
	unknown := protowire.AppendString(protowire.AppendTag(nil, 4711, protowire.BytesType), "MARKER")
	request.GetComparison().ProtoReflect().SetUnknown(unknown)
	requireUnmarkedStatus(t, g.invoke(t, issueMethod, request, &livenessv1.IssueLivenessTokenResponse{}))
	requireUnmarkedStatus(t, g.invoke(t, "/MARKER.Service/MARKER", request, &livenessv1.IssueLivenessTokenResponse{}))
	g.requireSilence(t, 4)
}
