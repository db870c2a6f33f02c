package server_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// rawCodec sends bytes as they are and reads answers as ever.
type rawCodec struct{}

func (rawCodec) Name() string                  { return "proto" }
func (rawCodec) Marshal(v any) ([]byte, error) { return v.([]byte), nil }
func (rawCodec) Unmarshal(data []byte, v any) error {
	return proto.Unmarshal(data, v.(proto.Message))
}

var _ encoding.Codec = rawCodec{}

func (g *gateway) overGRPCRaw(t *testing.T, message []byte) *reply {
	t.Helper()
	return g.invoke(t.Context(), t, issueMethod, message, grpc.ForceCodec(rawCodec{}))
}

func TestUnknownFieldsOverGRPC(t *testing.T) {
	g := start(t, issues)
	unknown := protowire.AppendVarint(protowire.AppendTag(nil, 4711, protowire.VarintType), 1)
	unknown = protowire.AppendString(protowire.AppendTag(unknown, 4712, protowire.BytesType), marker)
	with := func(message proto.Message) { message.ProtoReflect().SetUnknown(unknown) }
	full := func() *livenessv1.IssueLivenessTokenRequest {
		return &livenessv1.IssueLivenessTokenRequest{
			Flow: livenessv1.Flow_FLOW_APP_SDK,
			Comparison: &livenessv1.Comparison{
				IdentityDocument: &livenessv1.IdentityDocument{Name: "name", Number: "number"},
				Photos:           []*livenessv1.Photo{{Content: []byte("photo")}, {Content: make([]byte, 100_000)}},
			},
			Callback: &livenessv1.Callback{}, Capture: &livenessv1.Capture{},
			TokenLifetime: durationpb.New(300e9),
		}
	}
	for path, set := range map[string]func(*livenessv1.IssueLivenessTokenRequest){
		"":                             func(r *livenessv1.IssueLivenessTokenRequest) { with(r) },
		"comparison":                   func(r *livenessv1.IssueLivenessTokenRequest) { with(r.GetComparison()) },
		"comparison.identity_document": func(r *livenessv1.IssueLivenessTokenRequest) { with(r.GetComparison().GetIdentityDocument()) },
		"comparison.photos[1]":         func(r *livenessv1.IssueLivenessTokenRequest) { with(r.GetComparison().GetPhotos()[1]) },
		"callback":                     func(r *livenessv1.IssueLivenessTokenRequest) { with(r.GetCallback()) },
		"capture":                      func(r *livenessv1.IssueLivenessTokenRequest) { with(r.GetCapture()) },
		"token_lifetime":               func(r *livenessv1.IssueLivenessTokenRequest) { with(r.GetTokenLifetime()) },
	} {
		t.Run(path, func(t *testing.T) {
			request := full()
			set(request)
			r := g.overGRPC(t, request)
			d := requireFailure(t, r)
			require.Equal(t, codes.InvalidArgument, r.code())
			require.Equal(t, "INVALID_REQUEST", d.info.GetReason())
			require.Equal(t, []string{path}, d.fields())
			require.Contains(t, d.descriptions(), "4711")
			require.NotContains(t, r.status.String(), marker)
		})
	}
}

func TestUndecodableMessages(t *testing.T) {
	g := start(t, issues)
	const subjectID, comparison = 6, 8
	text := func(field protowire.Number, value string) []byte {
		return protowire.AppendString(protowire.AppendTag(nil, field, protowire.BytesType), value)
	}
	for name, message := range map[string][]byte{
		"no tag":                {0xff, 0xff, 0xff},
		"a field cut off":       text(subjectID, marker)[:10],
		"text that is not":      text(subjectID, marker+"\xff"),
		"a message that is not": text(comparison, marker),
		"an end of no group":    protowire.AppendTag(nil, 1, protowire.EndGroupType),
	} {
		t.Run(name, func(t *testing.T) {
			r := g.overGRPCRaw(t, message)
			d := requireFailure(t, r)
			require.Equal(t, codes.InvalidArgument, r.code())
			require.Equal(t, "INVALID_REQUEST", d.info.GetReason())
			require.NotContains(t, r.status.String(), marker)
			require.Equal(t, providers.InvalidRequest, (<-g.calls).Reason)
		})
	}
}

// messageOf returns a well-formed message of that many bytes, of which subject_id takes
// nearly all.
func messageOf(size int) []byte {
	const prefix = 5 // tag, and the length as a varint of four bytes
	message := protowire.AppendTag(make([]byte, 0, size), 6, protowire.BytesType)
	message = protowire.AppendVarint(message, uint64(size-prefix))
	return append(message, bytes.Repeat([]byte("s"), size-prefix)...)
}

func TestMessageSizes(t *testing.T) {
	const limit = 21 << 20
	g := start(t, issues)

	r := g.overGRPCRaw(t, messageOf(limit))
	d := requireFailure(t, r)
	require.Equal(t, "INVALID_REQUEST", d.info.GetReason(), "a message of the limit is read")
	require.Contains(t, d.fields(), "subject_id")
	<-g.calls

	r = g.overGRPCRaw(t, messageOf(limit+1))
	require.Equal(t, codes.InvalidArgument, r.code())
	require.Equal(t, "REQUEST_TOO_LARGE", requireFailure(t, r).info.GetReason())
	require.Contains(t, r.status.GetMessage(), "at most 21 MiB")
	require.Equal(t, 413, (<-g.calls).HTTPStatus)
}

// Beyond 4 MiB the library would by default refuse a message itself, without details.
func TestMessageFarBeyondTheLimit(t *testing.T) {
	g := start(t, issues)
	r := g.overGRPCRaw(t, messageOf(100<<20))
	require.Equal(t, "REQUEST_TOO_LARGE", requireFailure(t, r).info.GetReason())
	require.Equal(t, providers.RequestTooLarge, (<-g.calls).Reason)
	require.NotNil(t, g.overGRPC(t, &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK}).response)
}

func TestUnknownMethods(t *testing.T) {
	g := start(t, issues)
	for _, method := range []string{
		"/liveness.v1.LivenessService/IssueLivenessTokens",
		"/liveness.v2.LivenessService/IssueLivenessToken",
		"/no.such.Service/Method",
	} {
		t.Run(method, func(t *testing.T) {
			r := g.invoke(t.Context(), t, method, &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK})
			d := requireFailure(t, r)
			require.Equal(t, codes.Unimplemented, r.code())
			require.Equal(t, "METHOD_UNKNOWN", d.info.GetReason())
			select {
			case seen := <-g.calls:
				require.Equal(t, observed{Transport: "grpc", RequestID: r.requestID, Reason: providers.MethodUnknown, HTTPStatus: 404}, seen)
			case <-time.After(10 * time.Second):
				require.Fail(t, "no observer hears of the call")
			}
		})
	}
}

func TestFlowIsObservedOfRefusedCallsToo(t *testing.T) {
	g := start(t, fails(&providers.Error{Reason: providers.NoTargetAvailable}))
	for name, request := range map[string]*livenessv1.IssueLivenessTokenRequest{
		"by the issuer":   {Flow: livenessv1.Flow_FLOW_HOSTED_PAGE},
		"by the contract": {Flow: livenessv1.Flow_FLOW_HOSTED_PAGE, Scenario: "NOT A SCENARIO"},
	} {
		t.Run(name, func(t *testing.T) {
			for transport, send := range g.transports() {
				t.Run(transport, func(t *testing.T) {
					send(t, request)
					require.Equal(t, providers.FlowHostedPage, (<-g.calls).Flow)
				})
			}
		})
	}
}

// A field's wire type that is another than the contract's makes it an unknown field.
func TestWrongWireType(t *testing.T) {
	g := start(t, issues)
	message := protowire.AppendVarint(protowire.AppendTag(nil, 6, protowire.VarintType), 1)
	r := g.overGRPCRaw(t, message)
	require.Equal(t, "INVALID_REQUEST", requireFailure(t, r).info.GetReason())
}
