package vendorhttp_test

import (
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/wiretest"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func TestNoAnswerInTime(t *testing.T) {
	ctx := wiretest.NewExpiring(t.Context())
	target := wiretest.Listen(t, func(conn *net.TCPConn) {
		wiretest.ReadRequest(conn)
		ctx.Expire()
		wiretest.WaitForClient(conn)
	})
	failure := fail(ctx, t, wiretest.NewTransport(t), target)
	require.Equal(t, providers.VendorTimeout, failure.Reason)
	require.True(t, failure.Ambiguous)
	require.Zero(t, failure.Exchange.HTTPStatus)
}

func TestNoAnswerWithinTheTransportsTime(t *testing.T) {
	target := wiretest.Listen(t, func(conn *net.TCPConn) { wiretest.WaitForClient(conn) })
	transport := wiretest.NewTransport(t)
	transport.ResponseHeaderTimeout = time.Millisecond
	failure := fail(t.Context(), t, transport, target)
	require.Equal(t, providers.VendorTimeout, failure.Reason)
	require.True(t, failure.Ambiguous)
}

// The server reads nothing, so that a large request cannot be sent to its end.
func TestRequestNotTakenInTime(t *testing.T) {
	ctx := wiretest.NewExpiring(t.Context())
	over := make(chan struct{})
	target := wiretest.Listen(t, func(conn *net.TCPConn) {
		_, _ = conn.Read(make([]byte, 1))
		ctx.Expire()
		<-over
	})
	form := small()
	form.AddFile("image_ref1", sensitive.NewBytes(make([]byte, 32<<20)))
	_, failure := vendorhttp.Post(ctx, wiretest.NewTransport(t), target, attempt(), form)
	close(over)
	require.NotNil(t, failure)
	require.Equal(t, providers.VendorTimeout, failure.Reason)
	require.True(t, failure.Ambiguous)
}

func TestSlowBody(t *testing.T) {
	ctx := wiretest.NewExpiring(t.Context())
	target := wiretest.Listen(t, func(conn *net.TCPConn) {
		wiretest.ReadRequest(conn)
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"code\":")
		wiretest.WaitForClient(conn)
	})
	failure := fail(ctx, t, onAnswer(t, ctx.Expire), target)
	require.Equal(t, providers.VendorTimeout, failure.Reason)
	require.True(t, failure.Ambiguous)
	require.Equal(t, http.StatusOK, failure.Exchange.HTTPStatus)
}
