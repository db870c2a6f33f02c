package work

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

func TestPhotos(t *testing.T) {
	w := Photos(TwoTargets)
	require.Equal(t, 3<<20, w.PhotoBytes())
	first, second := w.message.GetComparison().GetPhotos()[0].GetContent(), w.message.GetComparison().GetPhotos()[1].GetContent()
	require.NotEqual(t, first, second)
	require.Equal(t, first, photo(0, photoBytes), "photos are the same in every run")
	require.True(t, bytes.HasPrefix(first, []byte("\xff\xd8\xff")))
	require.True(t, bytes.HasSuffix(first, []byte("\xff\xd9")))
	require.Zero(t, Small(OneTarget).PhotoBytes())
}

// The messages are the same whichever way they are sent.
func TestEncodings(t *testing.T) {
	for name, w := range map[string]Work{"small": Small(TwoTargets), "photos": Photos(OneTarget)} {
		t.Run(name, func(t *testing.T) {
			body, err := w.Encode(GRPC)
			require.NoError(t, err)
			message := &livenessv1.IssueLivenessTokenRequest{}
			require.NoError(t, proto.Unmarshal(body.Content, message))
			require.True(t, proto.Equal(w.message, message))

			body, err = w.Encode(JSON)
			require.NoError(t, err)
			message = &livenessv1.IssueLivenessTokenRequest{}
			require.NoError(t, protojson.Unmarshal(body.Content, message))
			require.True(t, proto.Equal(w.message, message))

			parts := readForm(t, w, Multipart)
			message = &livenessv1.IssueLivenessTokenRequest{}
			require.NoError(t, protojson.Unmarshal(parts["request"][0], message))
			for _, content := range parts["photos"] {
				message.Comparison.Photos = append(message.Comparison.Photos, &livenessv1.Photo{Content: content})
			}
			require.True(t, proto.Equal(w.message, message))

			parts = readForm(t, w, Form)
			require.Equal(t, "order-20931", string(parts["biz_no"][0]))
			require.Equal(t, "bench-key", string(parts["api_key"][0]))
			for i, photo := range w.message.GetComparison().GetPhotos() {
				require.Equal(t, photo.GetContent(), parts["image_ref"+string(rune('1'+i))][0])
			}
		})
	}
	_, err := Small("").Encode("carrier pigeon")
	require.Error(t, err)
}

func readForm(t *testing.T, w Work, protocol Protocol) map[string][][]byte {
	t.Helper()
	body, err := w.Encode(protocol)
	require.NoError(t, err)
	_, parameters, err := mime.ParseMediaType(body.ContentType)
	require.NoError(t, err)
	form := multipart.NewReader(bytes.NewReader(body.Content), parameters["boundary"])
	parts := map[string][][]byte{}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return parts
		}
		require.NoError(t, err)
		content, err := io.ReadAll(part)
		require.NoError(t, err)
		parts[part.FormName()] = append(parts[part.FormName()], content)
	}
}
