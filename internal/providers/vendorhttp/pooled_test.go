package vendorhttp_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/wiretest"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// mortal is a connection that can be dead without its reader noticing.
type mortal struct {
	net.Conn
	dead atomic.Bool
}

func (m *mortal) Write(p []byte) (int, error) {
	if m.dead.Load() {
		return 0, syscall.EPIPE
	}
	return m.Conn.Write(p)
}

// Nobody knows how much of a failed write arrived.
func TestRequestThatCannotBeWritten(t *testing.T) {
	target := wiretest.Listen(t, func(conn *net.TCPConn) { wiretest.WaitForClient(conn) })
	transport := wiretest.NewTransport(t)
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		broken := &mortal{Conn: conn}
		broken.dead.Store(true)
		return broken, err
	}
	failure := fail(t.Context(), t, transport, target)
	require.Equal(t, providers.VendorConnectionLost, failure.Reason)
	require.True(t, failure.Ambiguous)
	require.ErrorIs(t, failure, syscall.EPIPE)
}

// pooled returns a transport with one idle connection to target, and that connection.
// A dial after that fails with dialError unless it is nil.
func pooled(t *testing.T, target string, dialError error) (*http.Transport, *mortal) {
	t.Helper()
	var first *mortal
	transport := wiretest.NewTransport(t)
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if first != nil && dialError != nil {
			return nil, dialError
		}
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if first == nil {
			first = &mortal{Conn: conn}
			return first, err
		}
		return conn, err
	}
	_, failure := vendorhttp.Post(t.Context(), transport, wiretest.Parse(t, target), attempt(), small())
	require.Nil(t, failure)
	return transport, first
}

// An answer is read to its end, so that its connection serves the next request.
func TestConnectionServesTheNextRequest(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"an answer of known length": answering(http.StatusOK, "{}"),
		"an answer in chunks":       answering(http.StatusOK, padded(maxAnswer)),
	} {
		t.Run(name, func(t *testing.T) {
			target := wiretest.Serve(t, handler)
			transport, _ := pooled(t, target.String(), errors.New("no second connection"))
			_, failure := vendorhttp.Post(t.Context(), transport, target, attempt(), small())
			require.Nil(t, failure)
		})
	}
}

// A pooled connection that turns out dead before anything was written costs nothing:
// the same request goes out once, whole, on another one.
func TestDeadPooledConnection(t *testing.T) {
	var lengths []int64
	target := wiretest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		lengths = append(lengths, n-r.ContentLength)
		_, _ = io.WriteString(w, "{}")
	})
	transport, conn := pooled(t, target.String(), nil)
	conn.dead.Store(true)
	form := small()
	form.AddFile("image_ref1", sensitive.NewBytes(make([]byte, 1<<20)))
	answer, failure := vendorhttp.Post(t.Context(), transport, target, attempt(), form)
	require.Nil(t, failure)
	require.True(t, answer.Succeeded())
	require.Equal(t, []int64{0, 0}, lengths)
}

func TestDeadPooledConnectionAndNoOther(t *testing.T) {
	target := wiretest.Serve(t, answering(http.StatusOK, "{}"))
	transport, conn := pooled(t, target.String(), errors.New("no route to host"))
	conn.dead.Store(true)
	failure := fail(t.Context(), t, transport, target)
	require.Equal(t, providers.VendorUnreachable, failure.Reason)
	require.False(t, failure.Ambiguous)
}

// Once the request was written it is not sent again, whatever becomes of the
// connection.
func TestPooledConnectionLost(t *testing.T) {
	var requests atomic.Int32
	target := wiretest.Listen(t, func(conn *net.TCPConn) {
		reader := bufio.NewReader(conn)
		for {
			request, err := http.ReadRequest(reader)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, request.Body)
			if requests.Add(1) > 1 {
				return
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
		}
	})
	transport, _ := pooled(t, target.String(), nil)
	failure := fail(t.Context(), t, transport, target)
	require.Equal(t, providers.VendorConnectionLost, failure.Reason)
	require.True(t, failure.Ambiguous)
	require.EqualValues(t, 2, requests.Load())
}
