package vendorhttp_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

func TestCancelledBefore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	target := listen(t, func(conn *net.TCPConn) { waitForClient(conn) })
	failure := fail(ctx, t, newTransport(t), target)
	require.Equal(t, providers.CallerCancelled, failure.Reason)
	require.False(t, failure.Ambiguous)
}

func TestCancelledWhileConnecting(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	target := listen(t, func(conn *net.TCPConn) {
		_, _ = conn.Read(make([]byte, 1))
		cancel()
		waitForClient(conn)
	})
	target.Scheme = "https"
	failure := fail(ctx, t, newTransport(t), target)
	require.Equal(t, providers.CallerCancelled, failure.Reason)
	require.False(t, failure.Ambiguous)
}

func TestCancelledWhileTheVendorWorks(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	target := listen(t, func(conn *net.TCPConn) {
		readRequest(conn)
		cancel()
		waitForClient(conn)
	})
	failure := fail(ctx, t, newTransport(t), target)
	require.Equal(t, providers.CallerCancelled, failure.Reason)
	require.True(t, failure.Ambiguous)
}

func TestCancelledWithinTheBody(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	target := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"code":`)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	failure := fail(ctx, t, onAnswer(t, cancel), target)
	require.Equal(t, providers.CallerCancelled, failure.Reason)
	require.True(t, failure.Ambiguous)
	require.Equal(t, http.StatusOK, failure.Exchange.HTTPStatus)
}
