package wire

import (
	"bytes"
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/proto" // registers the codec
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/message/contract"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

var (
	request = contract.Of((&livenessv1.IssueLivenessTokenRequest{}).ProtoReflect().Descriptor())
	photos  = Photos{List: field(&livenessv1.Comparison{}, "photos"), Content: field(&livenessv1.Photo{}, "content")}

	comparisonField = field(&livenessv1.IssueLivenessTokenRequest{}, "comparison").Number()
	photosField     = photos.List.Number()
)

func field(message proto.Message, name protoreflect.Name) protoreflect.FieldDescriptor {
	return message.ProtoReflect().Descriptor().Fields().ByName(name)
}

// received cuts an encoded message into frames of at most so many bytes, some empty.
func received(random *rand.Rand, encoded []byte, most int) (data mem.BufferSlice) {
	for len(encoded) > 0 {
		n := min(random.IntN(most+1), len(encoded))
		data = append(data, mem.SliceBuffer(encoded[:n]))
		encoded = encoded[n:]
	}
	return data
}

func split(data mem.BufferSlice) ([]byte, []sensitive.Bytes, *providers.Error) {
	return Split(context.Background(), data, request, photos, sensitive.GarbageCollected{})
}

// placeholders puts the first byte of each photo in its place.
func placeholders(message *livenessv1.IssueLivenessTokenRequest) *livenessv1.IssueLivenessTokenRequest {
	for _, photo := range message.GetComparison().GetPhotos() {
		photo.Content = photo.GetContent()[:min(1, len(photo.GetContent()))]
	}
	return message
}

func photosOf(contents ...string) (photos []*livenessv1.Photo) {
	for _, content := range contents {
		photos = append(photos, &livenessv1.Photo{Content: []byte(content)})
	}
	return photos
}

func encode(t *testing.T, message proto.Message) []byte {
	t.Helper()
	encoded, err := proto.Marshal(message)
	require.NoError(t, err)
	return encoded
}

// Taken apart, however it was cut on its way, a message is what the library reads.
func TestSplitAgreesWithTheLibrary(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	detect, url := true, "https://shop.example/back"
	messages := map[string]*livenessv1.IssueLivenessTokenRequest{
		"empty":       {},
		"no photos":   {Flow: livenessv1.Flow_FLOW_JS_SDK, AcceptedProducts: []string{"a", "b"}, SubjectId: "user-1"},
		"one photo":   {Comparison: &livenessv1.Comparison{Photos: photosOf("photo")}},
		"empty photo": {Comparison: &livenessv1.Comparison{Photos: photosOf("", "x", "")}},
		"everything": {
			Flow: livenessv1.Flow_FLOW_HOSTED_PAGE, SubjectId: "user-1", Reference: "order-1",
			Comparison: &livenessv1.Comparison{
				IdentityDocument:   &livenessv1.IdentityDocument{Name: "张三", Number: "11010119900307001X"},
				Photos:             photosOf(strings.Repeat("abc", 500), strings.Repeat("\xff", 300)),
				DetectRotatedFaces: &detect,
			},
			Callback: &livenessv1.Callback{ReturnUrl: &url},
		},
	}
	for name, message := range messages {
		t.Run(name, func(t *testing.T) {
			photos := message.GetComparison().GetPhotos()
			for _, most := range []int{1, 2, 7, 100, 1 << 20} {
				rest, taken, refused := split(received(random, encode(t, message), most))
				require.Nil(t, refused)
				require.Len(t, taken, len(photos))
				for i, photo := range taken {
					require.True(t, bytes.Equal(photos[i].GetContent(), photo.Reveal()))
				}
				got := &livenessv1.IssueLivenessTokenRequest{}
				require.NoError(t, proto.Unmarshal(rest, got))
				require.True(t, proto.Equal(placeholders(proto.CloneOf(message)), got))
			}
		})
	}
}

// A field may come twice: messages are merged, lists go on.
func TestSplitMessageWithTwoComparisons(t *testing.T) {
	first := encode(t, &livenessv1.IssueLivenessTokenRequest{Comparison: &livenessv1.Comparison{Photos: photosOf("one")}})
	second := encode(t, &livenessv1.IssueLivenessTokenRequest{Comparison: &livenessv1.Comparison{Photos: photosOf("two")}})
	rest, photos, refused := split(mem.BufferSlice{mem.SliceBuffer(first), mem.SliceBuffer(second)})
	require.Nil(t, refused)
	require.Equal(t, "one", string(photos[0].Reveal()))
	require.Equal(t, "two", string(photos[1].Reveal()))
	message := &livenessv1.IssueLivenessTokenRequest{}
	require.NoError(t, proto.Unmarshal(rest, message))
	require.True(t, proto.Equal(&livenessv1.Comparison{Photos: photosOf("o", "t")}, message.GetComparison()))
}

// Of a photo's content the last one counts, and a photo without any is one all the same.
func TestSplitPhotosOfAnyForm(t *testing.T) {
	photo := encode(t, &livenessv1.Photo{Content: []byte("one")})
	photo = append(photo, encode(t, &livenessv1.Photo{Content: []byte("two")})...)
	comparison := protowire.AppendBytes(protowire.AppendTag(nil, photosField, protowire.BytesType), nil)
	comparison = protowire.AppendBytes(protowire.AppendTag(comparison, photosField, protowire.BytesType), photo)
	encoded := protowire.AppendBytes(protowire.AppendTag(nil, comparisonField, protowire.BytesType), comparison)
	rest, photos, refused := split(mem.BufferSlice{mem.SliceBuffer(encoded)})
	require.Nil(t, refused)
	require.Len(t, photos, 2)
	require.True(t, photos[0].IsZero())
	require.Equal(t, "two", string(photos[1].Reveal()))
	message := &livenessv1.IssueLivenessTokenRequest{}
	require.NoError(t, proto.Unmarshal(rest, message))
	require.True(t, proto.Equal(&livenessv1.Comparison{Photos: photosOf("", "t")}, message.GetComparison()))
}

// Whatever the library refuses is not taken apart either, or is refused afterwards; and
// what it takes is taken to the same effect.
func FuzzSplit(f *testing.F) {
	f.Add([]byte{0x42, 0x07, 0x12, 0x05, 0x0a, 0x03, 'a', 'b', 'c'}, uint8(1))
	f.Add([]byte{0x42, 0x07, 0x12, 0x05, 0x0a, 0x09, 'a', 'b', 'c'}, uint8(2))
	f.Add([]byte{0x42, 0x0a, 0x12, 0x08, 0x0a, 0x01, 'a', 0x12, 0x00, 0x0a, 0x01, 'b'}, uint8(2))
	f.Add([]byte{0x42, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01}, uint8(3))
	f.Add([]byte{0x43, 0x44}, uint8(4))
	f.Add(protowire.AppendVarint([]byte{0x42}, 1<<40), uint8(5))
	for _, m := range tooMuch {
		f.Add(m.encoded[:min(len(m.encoded), 1<<10)], uint8(100))
	}
	f.Fuzz(func(t *testing.T, encoded []byte, cut uint8) {
		want := &livenessv1.IssueLivenessTokenRequest{}
		err := proto.Unmarshal(encoded, want)
		data := received(rand.New(rand.NewPCG(uint64(cut), 0)), encoded, int(cut)+1)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		rest, photos, refused := split(data)
		runtime.ReadMemStats(&after)
		require.LessOrEqual(t, after.TotalAlloc-before.TotalAlloc, uint64(2*len(encoded)+64<<10))
		if refused != nil {
			require.True(t, err != nil || len(refused.Violations) == 1, "refused what is valid without saying why")
			return
		}
		got := &livenessv1.IssueLivenessTokenRequest{}
		if gotErr := proto.Unmarshal(rest, got); (gotErr == nil) != (err == nil) {
			t.Fatalf("taken apart: %v, as a whole: %v", gotErr, err)
		}
		if err != nil {
			return
		}
		require.Len(t, photos, len(want.GetComparison().GetPhotos()))
		for i, photo := range want.GetComparison().GetPhotos() {
			require.True(t, bytes.Equal(photo.GetContent(), photos[i].Reveal()), "photo %d", i)
		}
		if !proto.Equal(placeholders(want), got) {
			t.Fatalf("taken apart %v, as a whole %v", got, want)
		}
	})
}

// times returns a field set so often.
func times(n int, number protowire.Number, value string) []byte {
	return bytes.Repeat(protowire.AppendString(protowire.AppendTag(nil, number, protowire.BytesType), value), n)
}

// in returns a message as the value of a field.
func in(number protowire.Number, message []byte) []byte { return times(1, number, string(message)) }

// tooMuch are messages with more of something than is taken.
var tooMuch = []struct {
	name, path, says string
	encoded          []byte
}{
	{"products", "accepted_products", "must contain no more than 64 item(s)", times(65, 4, "a")},
	{"empty regions", "regions", "must contain no more than 64 item(s)", times(1<<20, 5, "")},
	{"photos", "comparison.photos", "must contain no more than 3 item(s)", in(8, times(4, 2, ""))},
	{"photos in several comparisons", "comparison.photos", "must contain no more than 3 item(s)", bytes.Repeat(in(8, times(1, 2, "")), 4)},
	{"contents of a photo", "comparison.photos[0].content", "is set more than 192 times", in(8, in(2, times(193, 1, "x")))},
	{"comparisons", "comparison", "is set more than 64 times", times(65, 8, "")},
	{"references", "reference", "is set more than 64 times", times(65, 7, "r")},
	{"a long reference", "reference", "must be at most 128 characters", times(1, 7, strings.Repeat("r", 4097))},
	{"a long region", "regions[1]", "must be at most 64 characters", append(times(1, 5, "cn"), times(1, 5, strings.Repeat("r", 4097))...)},
	{"an unknown field", "", "holds field number 99, which the contract does not know", times(1<<10, 99, "x")},
	{"one in depth", "comparison.photos[1]", "holds field number 7, which the contract does not know", in(8, append(times(1, 2, ""), in(2, times(1, 7, ""))...))},
	{"a text as a number", "", "holds field number 7, which the contract does not know", []byte{7 << 3, 1}},
	{"a group", "", "holds field number 20, which the contract does not know", []byte{20<<3&0x7f | 0x83, 1}},
}

func TestSplitRefuses(t *testing.T) {
	for _, m := range tooMuch {
		t.Run(m.name, func(t *testing.T) {
			_, _, refused := split(mem.BufferSlice{mem.SliceBuffer(m.encoded)})
			require.NotNil(t, refused)
			require.Equal(t, []providers.Violation{{Path: providers.Path(m.path), Reason: providers.InvalidRequest, Description: m.says}}, refused.Violations)
		})
	}
}

// A type may have more fields than the contract's.
func TestSplitCountsManyFields(t *testing.T) {
	file := &descriptorpb.FileDescriptorProto{}
	described, syntax := contract.Of(file.ProtoReflect().Descriptor()), field(file, "syntax").Number()
	for n, says := range map[int]string{64: "", 65: "is set more than 64 times"} {
		_, _, refused := Split(t.Context(), mem.BufferSlice{mem.SliceBuffer(times(n, syntax, "proto3"))}, described, photos, sensitive.GarbageCollected{})
		if says == "" {
			require.Nil(t, refused)
		} else {
			require.Equal(t, says, refused.Violations[0].Description)
		}
	}
}

// Who sends a photo byte by byte is not given a list of pieces that is longer than the photo.
func TestSplitJoinsShortPieces(t *testing.T) {
	encoded := encode(t, &livenessv1.IssueLivenessTokenRequest{Comparison: &livenessv1.Comparison{Photos: photosOf(strings.Repeat("x", 10_000))}})
	_, photos, refused := split(received(rand.New(rand.NewPCG(1, 2)), encoded, 1))
	require.Nil(t, refused)
	require.Len(t, photos[0].Pieces(), 1)
	require.Equal(t, strings.Repeat("x", 10_000), string(photos[0].Reveal()))
}

func TestSplitEndsWithItsCaller(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	leave()
	_, _, refused := Split(ctx, mem.BufferSlice{mem.SliceBuffer(times(1, 7, "r"))}, request, photos, sensitive.GarbageCollected{})
	require.Equal(t, providers.CallerCancelled, refused.Reason)
}

func BenchmarkSplit(b *testing.B) {
	photo := strings.Repeat("photo", 1<<20/5)
	encoded, err := proto.Marshal(&livenessv1.IssueLivenessTokenRequest{Flow: 1, Comparison: &livenessv1.Comparison{Photos: photosOf(photo, photo, photo)}})
	require.NoError(b, err)
	small, err := proto.Marshal(&livenessv1.IssueLivenessTokenRequest{Flow: 1, Scenario: "login", AcceptedProducts: []string{"megvii.random-number"}, SubjectId: "user-7f3a", Reference: "order-20931"})
	require.NoError(b, err)
	for name, body := range map[string][]byte{"photos": encoded, "small": small} {
		var data mem.BufferSlice
		for piece := range slices.Chunk(body, 16<<10) {
			data = append(data, mem.SliceBuffer(piece))
		}
		b.Run(name+"/split", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				rest, _, _ := split(data)
				_ = proto.Unmarshal(rest, &livenessv1.IssueLivenessTokenRequest{})
			}
		})
		b.Run(name+"/library", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = encoding.GetCodecV2("proto").Unmarshal(data, &livenessv1.IssueLivenessTokenRequest{})
			}
		})
	}
}
