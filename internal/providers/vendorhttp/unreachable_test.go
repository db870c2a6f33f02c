package vendorhttp_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/freeport"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/wiretest"
)

// unreachable posts to target and checks that the failure says that nothing was sent.
func unreachable(ctx context.Context, t *testing.T, transport *http.Transport, target string) *providers.Error {
	t.Helper()
	form := small()
	form.Reference = "order-1"
	answer, failure := vendorhttp.Post(ctx, transport, wiretest.Parse(t, target), attempt(), form)
	require.Nil(t, answer)
	require.Equal(t, providers.VendorUnreachable, failure.Reason)
	require.False(t, failure.Ambiguous)
	require.Equal(t, providers.Exchange{Reference: "order-1"}, failure.Exchange)
	return failure
}

// dialing returns a transport as the gateway's, which knows the servers of httptest.
func dialing(t *testing.T) (*http.Transport, *bodies.Dialer) {
	t.Helper()
	authorities := x509.NewCertPool()
	authorities.AddCert(serveTLS(t).Certificate())
	dialer := &bodies.Dialer{
		Dialer: net.Dialer{Timeout: 10 * time.Second},
		TLS:    &tls.Config{RootCAs: authorities, MinVersion: tls.VersionTLS12},
	}
	transport := wiretest.NewTransport(t)
	transport.DialContext, transport.DialTLSContext = dialer.DialContext, dialer.DialTLSContext
	return transport, dialer
}

func TestConnectionRefused(t *testing.T) {
	port, err := freeport.Take()
	require.NoError(t, err)
	failure := unreachable(t.Context(), t, wiretest.NewTransport(t), "http://"+freeport.Address(port))
	require.ErrorIs(t, failure, syscall.ECONNREFUSED)
}

func TestNameThatDoesNotResolve(t *testing.T) {
	transport := wiretest.NewTransport(t)
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
	failure := unreachable(t.Context(), t, transport, "https://localhost:"+wiretest.Parse(t, serveTLS(t).URL).Port())
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
	target := wiretest.Serve(t, answering(http.StatusOK, "{}"))
	_ = unreachable(t.Context(), t, transport, "https://"+target.Host)
}

func TestStalledDial(t *testing.T) {
	ctx := wiretest.NewExpiring(t.Context())
	transport := wiretest.NewTransport(t)
	transport.DialContext = func(dial context.Context, _, _ string) (net.Conn, error) {
		ctx.Expire()
		<-dial.Done()
		return nil, dial.Err()
	}
	_ = unreachable(ctx, t, transport, "http://vendor.invalid")
}

func TestStalledHandshake(t *testing.T) {
	ctx := wiretest.NewExpiring(t.Context())
	stalled := wiretest.Listen(t, func(conn *net.TCPConn) {
		_, _ = conn.Read(make([]byte, 1)) // the client's hello has begun
		ctx.Expire()
		wiretest.WaitForClient(conn)
	})
	transport, _ := dialing(t)
	_ = unreachable(ctx, t, transport, "https://"+stalled.Host)
}

func TestHandshakeBeyondItsOwnTime(t *testing.T) {
	stalled := wiretest.Listen(t, func(conn *net.TCPConn) { wiretest.WaitForClient(conn) })
	transport, dialer := dialing(t)
	dialer.Timeout = 50 * time.Millisecond
	_ = unreachable(t.Context(), t, transport, "https://"+stalled.Host)
}

// What a proxy says is shown as texts of vendors are: bounded, and nothing that a terminal would obey.
// Of what is sent it has seen nothing yet.
func TestWordsOfAProxy(t *testing.T) {
	for status, want := range map[string]string{
		"Not today":                 "Not today",
		"No\x1b[31m\u202e today":    "No [31m  today",
		strings.Repeat("no ", 1000): strings.Repeat("no ", 86)[:256],
	} {
		proxy := wiretest.Listen(t, func(conn *net.TCPConn) {
			_, _ = conn.Read(make([]byte, 1024))
			_, _ = io.WriteString(conn, "HTTP/1.1 403 "+status+"\r\nContent-Length: 0\r\n\r\n")
		})
		transport := wiretest.NewTransport(t)
		transport.Proxy = http.ProxyURL(proxy)
		failure := unreachable(t.Context(), t, transport, "https://vendor.example")
		require.EqualError(t, failure.Cause, want)
	}
}
