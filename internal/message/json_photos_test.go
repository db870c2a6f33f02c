package message

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// photoText returns base64 of n bytes with all letters of its alphabet.
func photoText(n int) string {
	photo := make([]byte, n)
	for i := range photo {
		photo[i] = byte(i * i >> 3)
	}
	return base64.StdEncoding.EncodeToString(photo)
}

func withPhotoTexts(texts ...string) string {
	photos := make([]map[string]string, len(texts))
	for i, text := range texts {
		photos[i] = map[string]string{"content": text}
	}
	list, _ := json.Marshal(photos)
	return `{"flow": 1, "comparison": {"photos": ` + string(list) + `}, "subjectId": "u"}`
}

// requireCutAgrees checks that a body reads alike with its photos cut out and without,
// mistakes and their places included, and returns how many were cut out.
func requireCutAgrees(t *testing.T, body string) int {
	t.Helper()
	want, got := &livenessv1.IssueLivenessTokenRequest{}, &livenessv1.IssueLivenessTokenRequest{}
	wantRefused := decodeJSON([]byte(body), nil, want)
	rest, cuts, photos := cutPhotos([]byte(body), sensitive.GarbageCollected{})
	refused := decodeJSON(rest, cuts, got)
	require.Equal(t, wantRefused, refused)
	if refused != nil {
		return len(cuts)
	}
	requireSamePhotos(t, want.GetComparison().GetPhotos(), got.GetComparison().GetPhotos(), photos)
	TakePhotos(want)
	TakePhotos(got)
	require.True(t, proto.Equal(want, got))
	return len(cuts)
}

func requireSamePhotos(t *testing.T, want, left []*livenessv1.Photo, cut []sensitive.Bytes) {
	t.Helper()
	require.Len(t, left, len(want))
	for i := range want {
		got := left[i].GetContent()
		if i < len(cut) && !cut[i].IsZero() {
			got = cut[i].Reveal()
		}
		require.True(t, bytes.Equal(want[i].GetContent(), got), "photo %d", i)
	}
}

func TestCutPhotos(t *testing.T) {
	long, odd := photoText(3*textChunk), photoText(textChunk+1)
	url := strings.NewReplacer("+", "-", "/", "_").Replace(long)
	for name, c := range map[string]struct {
		body string
		cut  int
	}{
		"one":                     {withPhotoTexts(long), 1},
		"three":                   {withPhotoTexts(long, odd, photoText(1)), 3},
		"not padded":              {withPhotoTexts(strings.TrimRight(odd, "=")), 1},
		"exactly a chunk":         {withPhotoTexts(photoText(textChunk / 4 * 3)), 1},
		"one byte over a chunk":   {withPhotoTexts(photoText(textChunk/4*3 + 1)), 1},
		"empty":                   {withPhotoTexts("", long), 1},
		"no photos":               {`{"flow": 1}`, 0},
		"white space":             {"\n{ \"comparison\"\r:\t{ \"photos\" : [ {\t\"content\" :\n\"" + long + "\" } ] } }\n", 1},
		"behind other values":     {`{"regions": ["a\"]}", "b\\"], "capture": {"maxUploads": 2}, "comparison": {"identityDocument": {"type": "IDENTITY_DOCUMENT_TYPE_IDENTITY_CARD", "country": "CN", "name": "n"}, "photos": [{"content": "` + long + `"}]}}`, 1},
		"named alike elsewhere":   {`{"comparison": {"identityDocument": {"photos": [{"content": "` + long + `"}]}}}`, 0},
		"other letters in front":  {`{"scenario": "张三", "comparison": {"photos": [{"content": "` + long + `"}]}}`, 1},
		"after null":              {`{"comparison": null, "comparison": {"photos": [{"content": "` + long + `"}]}}`, 0},
		"an escaped name":         {`{"\u0063omparison": {"photos": [{"content": "` + long + `"}]}}`, 0},
		"the URL alphabet":        {withPhotoTexts(url, long), 1},
		"both alphabets":          {withPhotoTexts(url+long, long), 1},
		"an escape at the end":    {`{"comparison": {"photos": [{"content": "` + long + `\u0041AAA"}, {"content": "` + long + `"}]}}`, 1},
		"an escaped slash":        {`{"comparison": {"photos": [{"content": "` + long + `\/AAA"}]}}`, 0},
		"an escaped quote":        {`{"comparison": {"photos": [{"content": "` + long + `\"AAA"}]}}`, 0},
		"an escaped line break":   {`{"comparison": {"photos": [{"content": "` + long + `\nAAAA"}]}}`, 0},
		"a line break":            {`{"comparison": {"photos": [{"content": "` + long + "\nAAAA\"}]}}", 0},
		"a line break in a chunk": {`{"comparison": {"photos": [{"content": "` + long[:8] + "\n" + long + "\"}]}}", 0},
		"a line break at the end": {`{"comparison": {"photos": [{"content": "` + long + "\r\"}]}}", 0},
		"padding in the middle":   {withPhotoTexts(long[:textChunk-4] + "AA==" + long), 0},
		"too little padding":      {withPhotoTexts(long + "AA="), 0},
		"too much padding":        {withPhotoTexts(long + "===="), 0},
		"one letter too many":     {withPhotoTexts(long + "A"), 0},
		"not base64 at its end":   {withPhotoTexts(long, long+"*AAA", long), 2},
		"no UTF-8":                {`{"comparison": {"photos": [{"content": "` + long + "\xffAAA\"}]}}", 0},
		"the old form":            {`{"comparison": {"photos": ["` + long + `"]}}`, 0},
		"one without content":     {`{"comparison": {"photos": [{}, {"content": "` + long + `"}]}}`, 0},
		"content twice":           {`{"comparison": {"photos": [{"content": "` + long + `", "content": "` + odd + `"}]}}`, 2},
		"behind an unknown field": {`{"comparison": {"photos": [{"x": [1, "}"], "content": "` + long + `"}]}}`, 1},
		"null among them":         {`{"comparison": {"photos": [{"content": "` + long + `"}, null]}}`, 1},
		"a number among them":     {`{"comparison": {"photos": [{"content": "` + long + `"}, 7, {"content": "` + long + `"}]}}`, 1},
		"no comma":                {`{"comparison": {"photos": [{"content": "` + long + `"} {"content": "` + long + `"}]}}`, 1},
		"a comma too many":        {`{"comparison": {"photos": [{"content": "` + long + `"},]}}`, 1},
		"cut off in a photo":      {`{"comparison": {"photos": [{"content": "` + long, 0},
		"cut off behind it":       {`{"comparison": {"photos": [{"content": "` + long + `"`, 1},
		"photos twice":            {`{"comparison": {"photos": [{"content": "` + long + `"}], "photos": [{"content": "` + long + `"}]}}`, 2},
		"an error on the line":    {`{"comparison": {"photos": [{"content": "` + long + `"}, {"content": "` + odd + `"}], "x": 1}}`, 2},
		"an error on the next":    {"{\"comparison\": {\"photos\": [{\"content\": \"" + long + "\"},\n{\"content\": \"" + odd + "\"}],\n \"x\": 1}}", 2},
		"an error before":         {`{"x": 1, "comparison": {"photos": [{"content": "` + long + `"}]}}`, 1},
		"no JSON before":          {`{"x": 1] , "comparison": {"photos": [{"content": "` + long + `"}]}}`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.cut, requireCutAgrees(t, c.body))
		})
	}
}

// FuzzCutPhotos puts long base64 for every # of a body.
func FuzzCutPhotos(f *testing.F) {
	for _, body := range []string{
		withPhotoTexts("#", "#A", "A#", "AA=="), `{"comparison":{"photos":[{"content":"#\n#"}]}}`, `{"comparison":{"photos":[{"content":"#"},{"content":"\u0041#"}]},"x":1}`,
		`{"comparison":{"photos":[{"content":"#"}]},"comparison":{"photos":[{"content":"#"}]}}`, `{"a":[{"b":"\\\""}],"comparison":{"photos":[{"content":"-#_"}]`,
		`{"comparison":{"photos":[{"content":"#="},{"content":"#=="},{"content":"#\/"}],"photos":[]}}`, "{\"comparison\":{\"photos\":[{\"content\":\"#\xff\"",
		`{"comparison":{"photos":[{},{"content":"#"},{"content":"#","content":"#"},{"content":null},{"x":["#"],"content":"#"}]}}`,
	} {
		f.Add(body)
	}
	long := photoText(textChunk + 300)
	f.Fuzz(func(t *testing.T, body string) {
		requireCutAgrees(t, strings.ReplaceAll(body, "#", long))
	})
}

// What cannot be cut out is left as it was.
func TestDecodeInPlaceLeavesOtherTexts(t *testing.T) {
	for _, end := range []string{"*", "A", "\n", "=", `\/`, "----"} {
		text := []byte(photoText(3*textChunk) + end)
		before := bytes.Clone(text)
		require.Zero(t, decodeInPlace(text))
		require.Equal(t, string(before), string(text))
	}
}

func BenchmarkPhotosInJSON(b *testing.B) {
	body := []byte(withPhotoTexts(photoText(1<<20), photoText(1<<20), photoText(1<<20)))
	scratch := make([]byte, len(body))
	b.Run("cut", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			copy(scratch, body)
			rest, cuts, _ := cutPhotos(scratch, sensitive.GarbageCollected{})
			_ = decodeJSON(rest, cuts, &livenessv1.IssueLivenessTokenRequest{})
		}
	})
	b.Run("whole", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = decodeJSON(body, nil, &livenessv1.IssueLivenessTokenRequest{})
		}
	})
}
