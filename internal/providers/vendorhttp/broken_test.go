package vendorhttp_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/wiretest"
)

// private is what a vendor's answer may repeat and no error may.
const private = "11010119900307001X"

// After the request was sent, a connection that ends leaves it open whether it was
// processed; an answer that is not HTTP does too.
func TestAnswersThatBreakOff(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	tests := map[string]struct {
		sent   string
		end    func(*net.TCPConn)
		reason providers.Reason
		status int
	}{
		"closed before an answer":     {"", closeConn, providers.VendorConnectionLost, 0},
		"reset before an answer":      {"", reset, providers.VendorConnectionLost, 0},
		"half the headers":            {head, closeConn, providers.VendorConnectionLost, 0},
		"half the headers, reset":     {head, reset, providers.VendorConnectionLost, 0},
		"half the body":               {head + "Content-Length: 99\r\n\r\n{\"x\":", closeConn, providers.VendorConnectionLost, 200},
		"no more than headers, reset": {head + "Content-Length: 99\r\n\r\n", reset, providers.VendorConnectionLost, 200},
		"half a chunk":                {head + "Transfer-Encoding: chunked\r\n\r\n9\r\n{\"x\":", closeConn, providers.VendorConnectionLost, 200},
		"no last chunk":               {head + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", closeConn, providers.VendorConnectionLost, 200},
		"half a compressed body":      {head + "Content-Encoding: gzip\r\nContent-Length: 99\r\n\r\n" + zipped("{}")[:12], closeConn, providers.VendorConnectionLost, 200},
		"not HTTP":                    {private + "\r\n\r\n", closeConn, providers.VendorResponseInvalid, 0},
		"half a status line":          {"HTTP/1.1 2", closeConn, providers.VendorResponseInvalid, 0},
		"another protocol":            {"SSH-2.0-" + private + "\r\n", closeConn, providers.VendorResponseInvalid, 0},
		"a status that is none":       {"HTTP/1.1 " + private + "\r\n\r\n", closeConn, providers.VendorResponseInvalid, 0},
		"a header that is none":       {"HTTP/1.1 200 OK\r\n" + private + "\r\n\r\n", closeConn, providers.VendorResponseInvalid, 0},
		"a length that is none":       {"HTTP/1.1 200 OK\r\nContent-Length: " + private + "\r\n\r\n", closeConn, providers.VendorResponseInvalid, 0},
		"the preface of HTTP/2":       {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + private, closeConn, providers.VendorResponseInvalid, 0},
		"an alert of TLS":             {"\x15\x03\x03\x00\x02\x02\x28" + private + "\r\n", closeConn, providers.VendorResponseInvalid, 0},
		"a status below nothing":      {"HTTP/1.1 -20 " + private + "\r\n\r\n", closeConn, providers.VendorResponseInvalid, 0},
		"another version":             {"HTTP/9 200 " + private + "\r\n\r\n", closeConn, providers.VendorResponseInvalid, 0},
		"two lengths":                 {head + "Content-Length: 2\r\nContent-Length: 3" + private + "\r\n\r\n{}", closeConn, providers.VendorResponseInvalid, 0},
		"a length below nothing":      {head + "Content-Length: -2\r\nX: " + private + "\r\n\r\n{}", closeConn, providers.VendorResponseInvalid, 0},
		"another coding":              {head + "Transfer-Encoding: " + private + "\r\n\r\n{}", closeConn, providers.VendorResponseInvalid, 0},
		"two codings":                 {head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: " + private + "\r\n\r\n{}", closeConn, providers.VendorResponseInvalid, 0},
		"a NUL in a header":           {"HTTP/1.1 200 OK\r\nX\x00" + private + ": a\r\n\r\n", closeConn, providers.VendorResponseInvalid, 0},
		"a chunk beyond 64 bits":      {head + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n" + private, closeConn, providers.VendorResponseInvalid, 200},
		"a chunk that is longer":      {head + "Transfer-Encoding: chunked\r\n\r\n1\r\n" + private + "\r\n0\r\n\r\n", closeConn, providers.VendorResponseInvalid, 200},
		"a trailer that is none":      {head + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n" + private + "\r\n\r\n", closeConn, providers.VendorResponseInvalid, 200},
		"a chunk that is none":        {head + "Transfer-Encoding: chunked\r\n\r\n" + private + "\r\n", closeConn, providers.VendorResponseInvalid, 200},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			target := wiretest.Listen(t, func(conn *net.TCPConn) {
				wiretest.ReadRequest(conn)
				_, _ = io.WriteString(conn, test.sent)
				test.end(conn)
			})
			failure := fail(t.Context(), t, wiretest.NewTransport(t), target)
			require.Equal(t, test.reason, failure.Reason, failure.Cause)
			require.True(t, failure.Ambiguous)
			require.Equal(t, test.status, failure.Exchange.HTTPStatus)
			require.Error(t, failure.Cause)
			require.NotContains(t, fmt.Sprintf("%v %+v %v", failure, *failure, failure.Cause), private)
		})
	}
}

func closeConn(conn *net.TCPConn) { _ = conn.Close() }

// An answer whose length only the connection's end tells is whole when that comes.
func TestAnswerUntilTheConnectionEnds(t *testing.T) {
	target := wiretest.Listen(t, func(conn *net.TCPConn) {
		wiretest.ReadRequest(conn)
		_, _ = io.WriteString(conn, "HTTP/1.0 200 OK\r\n\r\n{\"code\":\"0000\"}")
	})
	var body struct{ Code string }
	require.True(t, post(t, target).Decode(&body))
	require.Equal(t, "0000", body.Code)
}

// The connection of an answer that switches protocols is not read: nothing would end
// that.
func TestSwitchedProtocol(t *testing.T) {
	target := wiretest.Listen(t, func(conn *net.TCPConn) {
		wiretest.ReadRequest(conn)
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n")
		wiretest.WaitForClient(conn)
	})
	failure := post(t, target).WithoutCode()
	require.Equal(t, providers.VendorResponseInvalid, failure.Reason)
	require.Equal(t, http.StatusSwitchingProtocols, failure.Exchange.HTTPStatus)
}

// Servers refuse a large request by answering and closing over what still comes.
func TestTooLargeWithReset(t *testing.T) {
	seen := make(chan struct{})
	target := wiretest.Listen(t, func(conn *net.TCPConn) {
		wiretest.ReadRequest(conn)
		_, _ = io.WriteString(conn, "HTTP/1.1 413 Request Entity Too Large\r\nContent-Length: 99\r\n\r\nRequest Entity")
		<-seen
		reset(conn)
	})
	answer, failure := vendorhttp.Post(t.Context(), onAnswer(t, func() { close(seen) }), target, attempt(), small())
	require.Nil(t, failure)
	failure = answer.WithoutCode()
	require.Equal(t, providers.ArgumentRejected, failure.Reason, "of a request without photos")
	require.False(t, failure.Ambiguous)
	require.Equal(t, http.StatusRequestEntityTooLarge, failure.Exchange.HTTPStatus)
}
