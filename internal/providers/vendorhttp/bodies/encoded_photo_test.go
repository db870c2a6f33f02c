package bodies_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/liveness-gateway/gateway/internal/alloctest"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/wiretest"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Photos arrive as encoding/json writes bytes, in whatever pieces they lie in memory; what is signed
// is what is sent, however it is read.
func TestPhotosInJSON(t *testing.T) {
	send := func(body bodies.Body) *http.Request { return sentBy(t, body) }
	rapid.Check(t, func(t *rapid.T) {
		type fields struct {
			First  []byte
			Text   string
			Second []byte
			Third  []byte
		}
		var want fields
		want.Text = rapid.StringMatching("[a-z<>\"]*").Draw(t, "text")
		body := bodies.NewJSON("application/json")
		add := func(name string, into *[]byte) {
			pieces := rapid.SliceOf(rapid.SliceOfN(rapid.Byte(), 0, 20_000)).Draw(t, name)
			*into = bytes.Join(pieces, nil)
			body.AddPhoto(name, sensitive.Borrow(sensitive.GarbageCollected{}, pieces...))
		}
		add("First", &want.First)
		body.Add("Text", want.Text)
		add("Second", &want.Second)
		add("Third", &want.Third)

		var signed bytes.Buffer
		n, err := body.WriteTo(&signed)
		require.NoError(t, err)
		require.EqualValues(t, signed.Len(), n)
		var got fields
		require.NoError(t, json.Unmarshal(signed.Bytes(), &got))
		require.Equal(t, want.Text, got.Text)
		for _, photo := range [][2][]byte{{want.First, got.First}, {want.Second, got.Second}, {want.Third, got.Third}} {
			require.True(t, bytes.Equal(photo[0], photo[1]))
		}

		sent := send(body)
		require.EqualValues(t, signed.Len(), sent.ContentLength)
		for _, read := range []func(io.Reader) io.Reader{
			iotest.DataErrReader, iotest.HalfReader,
			func(r io.Reader) io.Reader { return r },
			func(r io.Reader) io.Reader { return struct{ io.Reader }{r} },
		} {
			again, err := sent.GetBody()
			require.NoError(t, err)
			content, err := io.ReadAll(read(again))
			require.NoError(t, errors.Join(err, again.Close()))
			require.True(t, bytes.Equal(signed.Bytes(), content))
		}
	})
}

func TestPhotosInJSONArriveWhole(t *testing.T) {
	piecewise, _ := dialing(t)
	for name, c := range map[string]struct {
		transport *http.Transport
		start     func(http.Handler) *httptest.Server
	}{
		"over TCP":            {piecewise, httptest.NewServer},
		"over TLS":            {piecewise, httptest.NewTLSServer},
		"as net/http does it": {wiretest.NewTransport(t), httptest.NewServer},
	} {
		t.Run(name, func(t *testing.T) {
			a := newArena(3<<20 + 1)
			for i := range a.content {
				a.content[i] = byte(i * i >> 8)
			}
			var got struct{ Image []byte }
			arrived := sha256.New()
			server := c.start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_ = json.NewDecoder(io.TeeReader(r.Body, arrived)).Decode(&got)
				_, _ = io.Copy(arrived, r.Body)
				_, _ = io.WriteString(w, "{}")
			}))
			t.Cleanup(server.Close)
			body, signed := a.object(), sha256.New()
			_, err := body.WriteTo(signed)
			require.NoError(t, err)
			require.NoError(t, send(t.Context(), c.transport, wiretest.Parse(t, server.URL), body))
			require.True(t, bytes.Equal(a.content, got.Image), "the photo arrived changed")
			require.Equal(t, signed.Sum(nil), arrived.Sum(nil))
			a.Free()
			requireReused(t, a)
		})
	}
}

// A photo whose memory was released is not signed, nor is what a writer does not take.
func TestUnsignedPhoto(t *testing.T) {
	a := newArena(1 << 20)
	body := a.object()
	_, err := body.WriteTo(writer(func([]byte) (int, error) { return 0, io.ErrShortWrite }))
	require.ErrorIs(t, err, io.ErrShortWrite)
	a.Free()
	requireReused(t, a)
	_, err = body.WriteTo(io.Discard)
	require.ErrorContains(t, err, "released")
}

// signedObject is a body with a photo, over which a signature was made.
func signedObject(photo sensitive.Bytes) *bodies.JSON {
	body := bodies.NewJSON("application/json")
	body.AddPhoto("Image", photo)
	_, _ = body.WriteTo(sha256.New())
	return body
}

// encodings are the bodies with a photo in base64, over which a signature was made.
var encodings = map[string]func(sensitive.Bytes) bodies.Body{
	"JSON": func(photo sensitive.Bytes) bodies.Body { return signedObject(photo) },
	"URL-encoded": func(photo sensitive.Bytes) bodies.Body {
		body := bodies.NewURLEncoded()
		body.AddPhoto("Image", photo)
		_, _ = body.WriteTo(sha256.New())
		return body
	},
}

// The whole of a call with a signed photo of 3 MiB, both ends of the connection together,
// allocates less than a tenth of the photo.
func TestEncodedPhotosAllocateNothing(t *testing.T) {
	photo := sensitive.NewBytes(bytes.Repeat([]byte{0xff}, 3<<20))
	target := wiretest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, "{}")
	})
	for encoding, body := range encodings {
		t.Run(encoding, func(t *testing.T) {
			transport, _ := dialing(t)
			call := func() { require.NoError(t, send(t.Context(), transport, target, body(photo))) }
			const calls = 10
			call() // opens the connection
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for range calls {
				call()
			}
			runtime.ReadMemStats(&after)
			require.Less(t, (after.TotalAlloc-before.TotalAlloc)/calls, uint64(photo.Len()/10))
		})
	}
}

// While a vendor reads nothing more, a call holds less than 0.3 bytes for each of its photo's, as a
// form does; those of the photo itself are not counted.
func TestPhotosAtASlowVendor(t *testing.T) {
	kinds := maps.Clone(encodings)
	kinds["multipart"] = func(photo sensitive.Bytes) bodies.Body {
		form := small()
		form.AddFile("image_ref1", photo)
		return form
	}
	for kind, body := range kinds {
		t.Run(kind, func(t *testing.T) {
			const calls = 8
			photo := sensitive.NewBytes(make([]byte, 8<<20)) // beyond what the sockets buffer
			ctx, cancel := context.WithCancel(t.Context())
			stalled := make(chan struct{}, calls)
			target := wiretest.Listen(t, func(conn *net.TCPConn) {
				_, _ = io.ReadFull(conn, make([]byte, 64<<10))
				stalled <- struct{}{}
				<-ctx.Done()
			})
			transport, _ := dialing(t)
			before := live()
			ended := make(chan struct{}, calls)
			for range calls {
				go func() {
					_ = send(ctx, transport, target, body(photo))
					ended <- struct{}{}
				}()
			}
			for range calls {
				<-stalled
			}
			time.Sleep(200 * time.Millisecond) // until the sockets are full
			held := live() - before
			cancel()
			for range calls {
				<-ended
			}
			runtime.KeepAlive(photo)
			if !alloctest.UnderRaceDetector() { // which allocates itself
				require.Less(t, float64(held)/float64(calls*photo.Len()), 0.3)
			}
		})
	}
}

// live returns how many bytes of the heap are in use.
func live() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// BenchmarkPhotosInJSON signs and sends a photo of 3 MiB.
func BenchmarkPhotosInJSON(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, "{}")
	}))
	b.Cleanup(server.Close)
	dialer := &bodies.Dialer{Dialer: net.Dialer{Timeout: 10 * time.Second}}
	transport := &http.Transport{DialContext: dialer.DialContext}
	b.Cleanup(transport.CloseIdleConnections)
	target, err := url.Parse(server.URL)
	require.NoError(b, err)
	photo := sensitive.NewBytes(make([]byte, 3<<20))
	b.ReportAllocs()
	b.SetBytes(int64(photo.Len()))
	for b.Loop() {
		require.NoError(b, send(b.Context(), transport, target, signedObject(photo)))
	}
}
