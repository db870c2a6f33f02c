package bodies_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func TestURLEncodedBody(t *testing.T) {
	body := bodies.NewURLEncoded()
	body.Reference = "order-1"
	body.SetHeader("X-Version", "2")
	body.SetSensitiveHeader("Authorization", sensitive.New("Bearer secret-5127"))
	body.AddSensitive("userId", sensitive.New("用户/1"))
	body.Add("level", "a b&c=d+e")
	const want = "userId=%E7%94%A8%E6%88%B7%2F1&level=a+b%26c%3Dd%2Be"

	sent, envelope := bodies.NewRequest(t.Context(), &url.URL{Scheme: "http", Host: "vendor.example"}, body)
	require.Equal(t, "order-1", envelope.Reference)
	require.Equal(t, []sensitive.String{sensitive.New("Bearer secret-5127"), sensitive.New("用户/1")}, envelope.Hidden())
	require.EqualValues(t, len(want), sent.ContentLength)
	for name, value := range map[string]string{
		"Content-Type": "application/x-www-form-urlencoded", "X-Version": "2", "Authorization": "Bearer secret-5127",
	} {
		require.Equal(t, value, sent.Header.Get(name))
	}
	for range 2 {
		again, err := sent.GetBody()
		require.NoError(t, err)
		content, err := io.ReadAll(again)
		require.NoError(t, err)
		require.Equal(t, want, string(content))
	}
}

func TestEmptyURLEncodedBody(t *testing.T) {
	sent := sentBy(t, bodies.NewURLEncoded())
	require.Zero(t, sent.ContentLength)
	content, err := io.ReadAll(sent.Body)
	require.NoError(t, err)
	require.Empty(t, content)
}

// Texts and photos arrive as net/url reads them, in whatever pieces photos lie in memory; what is
// signed is what is sent, however it is read, and it is as long as it says, signed or not.
func TestPhotosInAURLEncodedBody(t *testing.T) {
	send := func(body bodies.Body) *http.Request { return sentBy(t, body) }
	rapid.Check(t, func(t *rapid.T) {
		body, want := bodies.NewURLEncoded(), url.Values{}
		photos := rapid.SliceOfN(rapid.SliceOf(rapid.SliceOfN(rapid.Byte(), 0, 20_000)), 0, 3).Draw(t, "photos")
		for i, pieces := range photos {
			name := string(rune('a' + i))
			body.AddPhoto(name, sensitive.Borrow(sensitive.GarbageCollected{}, pieces...))
			want.Set(name, base64.StdEncoding.EncodeToString(bytes.Join(pieces, nil)))
			if text := rapid.String().Draw(t, "text"); text != "" {
				want.Set("text "+name, text)
				body.Add(url.QueryEscape("text "+name), text)
			}
		}
		var signed bytes.Buffer
		if rapid.Bool().Draw(t, "signed") {
			n, err := body.WriteTo(&signed)
			require.NoError(t, err)
			require.EqualValues(t, signed.Len(), n)
		}
		sent := send(body)
		for _, read := range []func(io.Reader) io.Reader{
			iotest.DataErrReader, iotest.HalfReader,
			func(r io.Reader) io.Reader { return r },
			func(r io.Reader) io.Reader { return struct{ io.Reader }{r} },
		} {
			again, err := sent.GetBody()
			require.NoError(t, err)
			content, err := io.ReadAll(read(again))
			require.NoError(t, errors.Join(err, again.Close()))
			require.EqualValues(t, len(content), sent.ContentLength)
			require.True(t, signed.Len() == 0 || bytes.Equal(signed.Bytes(), content))
			got, err := url.ParseQuery(string(content))
			require.NoError(t, err)
			if want.Encode() != got.Encode() {
				t.Fatal("parameters arrived changed") // too long to print
			}
		}
	})
}
