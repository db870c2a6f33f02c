package vendorhttp_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
)

// unreachable posts to target and checks that the failure says that nothing was sent.
func unreachable(ctx context.Context, t *testing.T, transport *http.Transport, target string) *providers.Error {
	t.Helper()
	form := small()
	form.Reference = "order-1"
	answer, failure := vendorhttp.Post(ctx, transport, parse(t, target), attempt(), form)
	require.Nil(t, answer)
	require.Equal(t, providers.VendorUnreachable, failure.Reason)
	require.False(t, failure.Ambiguous)
	require.Equal(t, providers.Exchange{Reference: "order-1"}, failure.Exchange)
	return failure
}

func TestConnectionRefused(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	failure := unreachable(t.Context(), t, newTransport(t), "http://"+listener.Addr().String())
	require.ErrorIs(t, failure, syscall.ECONNREFUSED)
}

func TestNameThatDoesNotResolve(t *testing.T) {
	transport := newTransport(t)
	transport.DialContext = (&net.Dialer{Resolver: &net.Resolver{
		PreferGo: true,
		Dial: func(context.Context, string, string) (net.Conn, error) {
			return nil, errors.New("no name server")
		},
	}}).DialContext
	failure := unreachable(t.Context(), t, transport, "https://vendor.invalid")
	var dnsError *net.DNSError
	require.ErrorAs(t, failure, &dnsError)
}

func TestCertificateOfAnotherName(t *testing.T) {
	transport, _ := dialing(t)
	failure := unreachable(t.Context(), t, transport, "https://localhost:"+parse(t, serveTLS(t).URL).Port())
	var hostnameError x509.HostnameError
	require.ErrorAs(t, failure, &hostnameError)
}

func TestUnknownAuthority(t *testing.T) {
	transport, dialer := dialing(t)
	dialer.TLS.RootCAs = x509.NewCertPool()
	failure := unreachable(t.Context(), t, transport, serveTLS(t).URL)
	var verification *tls.CertificateVerificationError
	require.ErrorAs(t, failure, &verification)
}

func TestNoTLSWhereThereShouldBe(t *testing.T) {
	transport, _ := dialing(t)
	target := serve(t, answering(http.StatusOK, "{}"))
	_ = unreachable(t.Context(), t, transport, "https://"+target.Host)
}

func TestStalledDial(t *testing.T) {
	ctx := newExpiring(t)
	transport := newTransport(t)
	transport.DialContext = func(dial context.Context, _, _ string) (net.Conn, error) {
		ctx.expire()
		<-dial.Done()
		return nil, dial.Err()
	}
	_ = unreachable(ctx, t, transport, "http://vendor.invalid")
}

func TestStalledHandshake(t *testing.T) {
	ctx := newExpiring(t)
	stalled := listen(t, func(conn *net.TCPConn) {
		_, _ = conn.Read(make([]byte, 1)) // the client's hello has begun
		ctx.expire()
		waitForClient(conn)
	})
	transport, _ := dialing(t)
	_ = unreachable(ctx, t, transport, "https://"+stalled.Host)
}

func TestHandshakeBeyondItsOwnTime(t *testing.T) {
	stalled := listen(t, func(conn *net.TCPConn) { waitForClient(conn) })
	transport, dialer := dialing(t)
	dialer.Timeout = 50 * time.Millisecond
	_ = unreachable(t.Context(), t, transport, "https://"+stalled.Host)
}

// A server that speaks no TLS is not left with an open connection.
func TestFailedHandshakeClosesTheConnection(t *testing.T) {
	ended := make(chan error, 1)
	target := listen(t, func(conn *net.TCPConn) {
		_, _ = io.WriteString(conn, "220 mail.example ESMTP ready\r\n")
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		_, err := io.Copy(io.Discard, conn)
		ended <- err
	})
	_, dialer := dialing(t)
	connection, err := dialer.DialTLSContext(t.Context(), "tcp", target.Host)
	require.Nil(t, connection)
	require.Error(t, err)
	require.NotErrorIs(t, <-ended, os.ErrDeadlineExceeded, "the connection was left open")
}
