package bodies_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/wiretest"
)

// dialing returns a transport as the gateway's, which knows the servers of httptest.
func dialing(t *testing.T) (*http.Transport, *bodies.Dialer) {
	t.Helper()
	authorities := x509.NewCertPool()
	server := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	authorities.AddCert(server.Certificate())
	dialer := &bodies.Dialer{
		Dialer: net.Dialer{Timeout: 10 * time.Second},
		TLS:    &tls.Config{RootCAs: authorities, MinVersion: tls.VersionTLS12},
	}
	transport := wiretest.NewTransport(t)
	transport.DialContext, transport.DialTLSContext = dialer.DialContext, dialer.DialTLSContext
	return transport, dialer
}

// handedOver is a connection that reports what net/http gives its ReadFrom.
type handedOver struct {
	net.Conn

	readFrom func(io.Reader)
}

func (c handedOver) ReadFrom(r io.Reader) (int64, error) {
	n, err := c.Conn.(io.ReaderFrom).ReadFrom(r)
	c.readFrom(r)
	return n, err
}

// The Dialer relies on this; it is not documented. If it fails with a new Go, photos
// still arrive whole, but copied: see Dialer.
func TestNetHTTPHandsTheBodyToTheConnection(t *testing.T) {
	for kind, body := range withPhoto() {
		t.Run(kind, func(t *testing.T) { handsTheBodyToTheConnection(t, body) })
	}
}

func handsTheBodyToTheConnection(t *testing.T, body func(*arena) bodies.Body) {
	t.Helper()
	given := make(chan io.Reader, 1)
	transport, dialer := dialing(t)
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		connection, err := dialer.DialContext(ctx, network, address)
		return handedOver{connection, func(r io.Reader) { given <- r }}, err
	}
	request, _ := bodies.NewRequest(t.Context(), wiretest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, "{}")
	}), body(newArena(1<<20)))
	require.NoError(t, do(transport, request))
	var handed io.Reader
	select {
	case handed = <-given:
	case <-time.After(10 * time.Second):
	}
	limited, ok := handed.(*io.LimitedReader)
	require.True(t, ok, "net/http gives the connection a %T", handed)
	require.Same(t, request.Body, limited.R, "the body itself")
	require.Zero(t, limited.N, "the whole body was written")
}

// A server that speaks no TLS is not left with an open connection.
func TestFailedHandshakeClosesTheConnection(t *testing.T) {
	ended := make(chan error, 1)
	target := wiretest.Listen(t, func(conn *net.TCPConn) {
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
