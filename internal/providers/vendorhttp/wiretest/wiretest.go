// Package wiretest is servers for the tests of what is sent to vendors and read from them, down to the
// connection, and what a call is made with: a transport, a deadline. It must not know what is sent, nor what
// an answer means.
package wiretest

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// NewTransport returns a transport of the test's own.
func NewTransport(t *testing.T) *http.Transport {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

// Serve starts a server and returns its address with a path.
func Serve(t *testing.T, handler http.HandlerFunc) *url.URL {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return Parse(t, server.URL+"/v1/token")
}

// Listen starts a TCP server: talk is called with each connection, which is closed
// when it returns.
func Listen(t *testing.T, talk func(*net.TCPConn)) *url.URL {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var talks sync.WaitGroup
	talks.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			talks.Go(func() {
				talk(conn.(*net.TCPConn))
				_ = conn.Close()
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		talks.Wait()
	})
	return Parse(t, "http://"+listener.Addr().String()+"/v1/token")
}

// ReadRequest reads one request to its last byte.
func ReadRequest(conn io.Reader) {
	request, err := http.ReadRequest(bufio.NewReader(conn))
	if err == nil {
		_, _ = io.Copy(io.Discard, request.Body)
	}
}

// WaitForClient returns when the client has closed the connection.
func WaitForClient(conn io.Reader) { _, _ = io.Copy(io.Discard, conn) }

// Parse returns an address, which must be one.
func Parse(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	require.NoError(t, err)
	return u
}
