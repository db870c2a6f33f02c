package bodies_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/wiretest"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// arena is memory that is overwritten when the last reference is released, so that the
// race detector finds a read after that.
type arena struct {
	content []byte
	refs    atomic.Int32
	reused  chan struct{}
}

func newArena(size int) *arena {
	a := &arena{content: make([]byte, size), reused: make(chan struct{})}
	a.refs.Store(1)
	return a
}

func (a *arena) Ref() bool {
	select {
	case <-a.reused:
		return false
	default:
		a.refs.Add(1)
		return true
	}
}

func (a *arena) Free() {
	switch left := a.refs.Add(-1); {
	case left < 0:
		panic("released more often than acquired")
	case left == 0:
		clear(a.content)
		close(a.reused)
	}
}

// photo returns the arena's content as a file in three pieces.
func (a *arena) photo() sensitive.Bytes {
	third := len(a.content) / 3
	return sensitive.Borrow(a, a.content[:third], a.content[third:2*third], a.content[2*third:])
}

func (a *arena) form() *bodies.Form {
	form := small()
	form.AddFile("image_ref1", a.photo())
	return form
}

func (a *arena) object() *bodies.JSON {
	object := bodies.NewJSON("application/json")
	object.AddPhoto("Image", a.photo())
	object.Add("Name", "value")
	return object
}

// withPhoto are the kinds of bodies that hold photos, of the arena's content.
func withPhoto() map[string]func(*arena) bodies.Body {
	return map[string]func(*arena) bodies.Body{
		"a form": func(a *arena) bodies.Body { return a.form() },
		"JSON":   func(a *arena) bodies.Body { return a.object() },
	}
}

func requireReused(t *testing.T, a *arena) {
	t.Helper()
	select {
	case <-a.reused:
	case <-time.After(10 * time.Second):
		t.Fatal("the memory was not released")
	}
}

func TestPiecesArriveWhole(t *testing.T) {
	piecewise, _ := dialing(t)
	tests := map[string]struct {
		transport *http.Transport
		start     func(http.Handler) *httptest.Server
	}{
		"over TCP":            {piecewise, httptest.NewServer},
		"over TLS":            {piecewise, httptest.NewTLSServer},
		"as net/http does it": {wiretest.NewTransport(t), httptest.NewServer},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			a := newArena(3 << 20)
			for i := range a.content {
				a.content[i] = byte(i * i >> 8)
			}
			var got []byte
			server := c.start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				file, _, err := r.FormFile("image_ref1")
				if err == nil {
					got, _ = io.ReadAll(file)
				}
				_, _ = io.WriteString(w, "{}")
			}))
			t.Cleanup(server.Close)
			require.NoError(t, send(t.Context(), c.transport, wiretest.Parse(t, server.URL), a.form()))
			require.True(t, bytes.Equal(a.content, got), "the photo arrived changed")
			a.Free()
			requireReused(t, a)
		})
	}
}

// If a vendor stops reading, net/http is still writing when the call is cancelled, times
// out or is answered early. The memory is reused only when that write has ended.
func TestMemoryIsHeldWhileItIsSent(t *testing.T) {
	say := func(answer string) func(*net.TCPConn, func()) {
		return func(conn *net.TCPConn, _ func()) {
			_, _ = io.WriteString(conn, "HTTP/1.1 "+answer+"Content-Length: 0\r\n\r\n")
		}
	}
	tests := map[string]func(conn *net.TCPConn, cancel func()){
		"cancelled":                   func(_ *net.TCPConn, cancel func()) { cancel() },
		"answered before it was read": say("413 Too Large\r\n"),
		"redirected":                  say("307 Temporary Redirect\r\nLocation: /\r\n"),
		"reset": func(conn *net.TCPConn, _ func()) {
			_ = conn.SetLinger(0)
			_ = conn.Close()
		},
	}
	for name, end := range tests {
		for kind, body := range withPhoto() {
			t.Run(name+", "+kind, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				a := newArena(16 << 20) // beyond what the sockets buffer
				target := wiretest.Listen(t, func(conn *net.TCPConn) {
					_, _ = io.ReadFull(conn, make([]byte, 64<<10))
					end(conn, cancel)
					wiretest.WaitForClient(conn)
				})
				transport, _ := dialing(t)
				_ = send(ctx, transport, target, body(a))
				a.Free()
				requireReused(t, a)
			})
		}
	}
}

func TestMemoryIsReleasedWithoutATransport(t *testing.T) {
	for kind, body := range withPhoto() {
		t.Run(kind, func(t *testing.T) { releasedWithoutATransport(t, body) })
	}
}

func releasedWithoutATransport(t *testing.T, body func(*arena) bodies.Body) {
	t.Helper()
	a := newArena(1 << 10)
	sent := sentBy(t, body(a))
	again, err := sent.GetBody()
	require.NoError(t, err)
	a.Free()
	require.NoError(t, sent.Body.Close())
	require.NoError(t, sent.Body.Close(), "closing twice releases once")
	require.EqualValues(t, 1, a.refs.Load())
	_, err = sent.Body.Read(make([]byte, 1))
	require.ErrorIs(t, err, http.ErrBodyReadAfterClose)
	content, err := io.ReadAll(again)
	require.NoError(t, err)
	require.Len(t, content, int(sent.ContentLength))
	require.NoError(t, again.Close())
	requireReused(t, a)
}

// Close does not wait for a read in progress, which keeps its memory.
func TestClosedInTheMiddleOfARead(t *testing.T) {
	for kind, body := range withPhoto() {
		t.Run(kind, func(t *testing.T) { closedInTheMiddleOfARead(t, body) })
	}
}

func closedInTheMiddleOfARead(t *testing.T, of func(*arena) bodies.Body) {
	t.Helper()
	a := newArena(1 << 20)
	body := sentBy(t, of(a)).Body
	a.Free()
	read, closed := make(chan struct{}), make(chan struct{})
	var reader sync.WaitGroup
	reader.Go(func() {
		_, err := body.(io.WriterTo).WriteTo(writer(func(p []byte) (int, error) {
			select {
			case <-read:
			default:
				close(read)
			}
			<-closed
			if a.refs.Load() == 0 {
				return 0, errors.New("read after the release")
			}
			return len(p), nil
		}))
		if err != nil {
			t.Error(err)
		}
	})
	<-read
	require.NoError(t, body.Close())
	close(closed)
	reader.Wait()
	requireReused(t, a)
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

// A file whose memory was released after it was sent is not sent again.
func TestReleasedFileIsNotSentAgain(t *testing.T) {
	for kind, body := range withPhoto() {
		t.Run(kind, func(t *testing.T) { releasedFileIsNotSentAgain(t, body) })
	}
}

func releasedFileIsNotSentAgain(t *testing.T, body func(*arena) bodies.Body) {
	t.Helper()
	a := newArena(1 << 20)
	request := sentBy(t, body(a))
	_, err := io.Copy(io.Discard, request.Body)
	require.NoError(t, errors.Join(err, request.Body.Close()))
	a.Free()
	requireReused(t, a)
	_, err = request.GetBody()
	require.ErrorContains(t, err, "released")
}

// BenchmarkPhotos sends two photos of 3 MiB, with the Dialer and with net/http alone.
func BenchmarkPhotos(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, "{}")
	}))
	b.Cleanup(server.Close)
	target, err := url.Parse(server.URL)
	require.NoError(b, err)
	photo := sensitive.NewBytes(make([]byte, 3<<20))
	dialer := &bodies.Dialer{Dialer: net.Dialer{Timeout: 10 * time.Second}}
	for name, transport := range map[string]*http.Transport{
		"Dialer": {DialContext: dialer.DialContext}, "net-http": {},
	} {
		b.Run(name, func(b *testing.B) {
			b.Cleanup(transport.CloseIdleConnections)
			for b.Loop() {
				form := small()
				form.AddFile("image_ref1", photo)
				form.AddFile("image_ref2", photo)
				require.NoError(b, send(b.Context(), transport, target, form))
			}
		})
	}
}
