package message

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

func requireAsProtojson(t *testing.T, m *livenessv1.IssueLivenessTokenResponse) {
	t.Helper()
	got := MarshalJSON(m)
	want, err := protojson.MarshalOptions{EmitDefaultValues: true}.Marshal(m)
	require.NoError(t, err)
	require.JSONEq(t, string(want), string(got))
}

// fill sets every field that there is, also one that is added later.
func fill(m protoreflect.Message) {
	for i := range m.Descriptor().Fields().Len() {
		field := m.Descriptor().Fields().Get(i)
		switch {
		case field.IsMap():
			m.Mutable(field).Map().Set(protoreflect.ValueOf("key").MapKey(), protoreflect.ValueOf("a & <b>"))
		case field.IsList():
			fill(m.Mutable(field).List().AppendMutable().Message())
		case field.Message() != nil:
			fill(m.Mutable(field).Message())
		case field.Kind() == protoreflect.EnumKind:
			m.Set(field, protoreflect.ValueOfEnum(1))
		case field.Kind() == protoreflect.StringKind:
			m.Set(field, protoreflect.ValueOf(string(field.Name())+" \"张三\" & <b>\u2028\n"))
		case field.Kind() == protoreflect.BoolKind:
			m.Set(field, protoreflect.ValueOf(true))
		case field.Kind() == protoreflect.Int64Kind:
			m.Set(field, protoreflect.ValueOf(int64(3600)))
		default:
			m.Set(field, protoreflect.ValueOf(int32(7)))
		}
	}
}

func TestResponseInJSON(t *testing.T) {
	filled := &livenessv1.IssueLivenessTokenResponse{}
	fill(filled.ProtoReflect())
	requireAsProtojson(t, filled)
	requireAsProtojson(t, &livenessv1.IssueLivenessTokenResponse{})
	requireAsProtojson(t, &livenessv1.IssueLivenessTokenResponse{
		Client: &livenessv1.Client{}, Attempts: []*livenessv1.Attempt{{}, {Duration: &durationpb.Duration{}}},
	})
	for _, nanos := range []int32{0, 1, 1_000, 1_000_000, 120_000_000, 123_456_000, 999_999_999} {
		for _, seconds := range []int64{0, 7, 3600, math.MaxInt32} {
			requireAsProtojson(t, &livenessv1.IssueLivenessTokenResponse{
				ExpireTime: &timestamppb.Timestamp{Seconds: seconds, Nanos: nanos},
				Attempts:   []*livenessv1.Attempt{{Duration: &durationpb.Duration{Seconds: seconds, Nanos: nanos}}},
			})
		}
	}
}

// As with encoding/json, what is not UTF-8 costs no answer.
func TestResponseOfOtherBytes(t *testing.T) {
	got := MarshalJSON(&livenessv1.IssueLivenessTokenResponse{Reference: "a\xffb"})
	require.Contains(t, string(got), "\"reference\":\"a\ufffdb\"")
}

func BenchmarkMarshalJSON(b *testing.B) {
	response := &livenessv1.IssueLivenessTokenResponse{}
	fill(response.ProtoReflect())
	b.Run("appended", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = MarshalJSON(response)
		}
	})
	b.Run("library", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = protojson.MarshalOptions{EmitDefaultValues: true}.Marshal(response)
		}
	})
}
