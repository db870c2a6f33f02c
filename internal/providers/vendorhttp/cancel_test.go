package vendorhttp_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/wiretest"
)

func TestCancelledBefore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	target := wiretest.Listen(t, func(conn *net.TCPConn) { wiretest.WaitForClient(conn) })
	failure := fail(ctx, t, wiretest.NewTransport(t), target)
	require.Equal(t, providers.CallerCancelled, failure.Reason)
	require.False(t, failure.Ambiguous)
}

func TestCancelledWhileConnecting(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	target := wiretest.Listen(t, func(conn *net.TCPConn) {
		_, _ = conn.Read(make([]byte, 1))
		cancel()
		wiretest.WaitForClient(conn)
	})
	target.Scheme = "https"
	failure := fail(ctx, t, wiretest.NewTransport(t), target)
	require.Equal(t, providers.CallerCancelled, failure.Reason)
	require.False(t, failure.Ambiguous)
}

func TestCancelledWhileTheVendorWorks(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	target := wiretest.Listen(t, func(conn *net.TCPConn) {
		wiretest.ReadRequest(conn)
		cancel()
		wiretest.WaitForClient(conn)
	})
	failure := fail(ctx, t, wiretest.NewTransport(t), target)
	require.Equal(t, providers.CallerCancelled, failure.Reason)
	require.True(t, failure.Ambiguous)
}

func TestCancelledWithinTheBody(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	target := wiretest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"code":`)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	failure := fail(ctx, t, onAnswer(t, cancel), target)
	require.Equal(t, providers.CallerCancelled, failure.Reason)
	require.True(t, failure.Ambiguous)
	require.Equal(t, http.StatusOK, failure.Exchange.HTTPStatus)
}
