package message

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// received cuts an encoded message into frames of at most so many bytes, some empty.
func received(random *rand.Rand, encoded []byte, most int) *frames {
	var data mem.BufferSlice
	for len(encoded) > 0 {
		n := min(random.IntN(most+1), len(encoded))
		data = append(data, mem.SliceBuffer(encoded[:n]))
		encoded = encoded[n:]
	}
	return hold(data)
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
				rest, split, ok := split(received(random, encode(t, message), most))
				require.True(t, ok)
				require.Len(t, split, len(photos))
				for i, photo := range split {
					require.True(t, bytes.Equal(photos[i].GetContent(), photo.Reveal()))
				}
				got, want := &livenessv1.IssueLivenessTokenRequest{}, proto.CloneOf(message)
				require.NoError(t, proto.Unmarshal(rest, got))
				TakePhotos(want)
				require.True(t, proto.Equal(want, got))
			}
		})
	}
}

// A field may come twice: messages are merged, lists go on.
func TestSplitMessageWithTwoComparisons(t *testing.T) {
	first := encode(t, &livenessv1.IssueLivenessTokenRequest{Comparison: &livenessv1.Comparison{Photos: photosOf("one")}})
	second := encode(t, &livenessv1.IssueLivenessTokenRequest{Comparison: &livenessv1.Comparison{Photos: photosOf("two")}})
	rest, photos, ok := split(hold(mem.BufferSlice{mem.SliceBuffer(first), mem.SliceBuffer(second)}))
	require.True(t, ok)
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
	rest, photos, ok := split(hold(mem.BufferSlice{mem.SliceBuffer(encoded)}))
	require.True(t, ok)
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
	f.Fuzz(func(t *testing.T, encoded []byte, cut uint8) {
		want := &livenessv1.IssueLivenessTokenRequest{}
		refused := proto.Unmarshal(encoded, want)
		rest, photos, ok := split(received(rand.New(rand.NewPCG(uint64(cut), 0)), encoded, int(cut)+1))
		if !ok {
			return // the whole message goes to the library
		}
		got := &livenessv1.IssueLivenessTokenRequest{}
		if err := proto.Unmarshal(rest, got); (err == nil) != (refused == nil) {
			t.Fatalf("taken apart: %v, as a whole: %v", err, refused)
		}
		if refused != nil {
			return
		}
		whole := TakePhotos(want)
		if !proto.Equal(want, got) || len(whole) != len(photos) {
			t.Fatalf("taken apart %v, as a whole %v", got, want)
		}
		for i := range whole {
			if !bytes.Equal(whole[i].Reveal(), photos[i].Reveal()) {
				t.Fatalf("photo %d differs", i)
			}
		}
	})
}

func TestFramesGoBackOnce(t *testing.T) {
	pool := mem.DefaultBufferPool()
	buffer := pool.Get(1 << 16)
	f := hold(mem.BufferSlice{mem.NewBuffer(buffer, pool)})
	f.Ref()
	f.Free()
	require.Len(t, f.data[0].ReadOnlyData(), 1<<16, "still held")
	f.Free()
	require.Panics(t, func() { f.data[0].ReadOnlyData() })
}
