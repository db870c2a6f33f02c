package server_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// What the gRPC library refuses before any handler is counted, and named in its own words.
func TestRefusedByTheLibrary(t *testing.T) {
	for name, c := range map[string]struct {
		headers []string
		reason  string
		says    string
	}{
		"a grpc-timeout without a unit":   {[]string{"grpc-timeout", "10"}, "malformed_header", "malformed grpc-timeout"},
		"a grpc-timeout of nine digits":   {[]string{"grpc-timeout", "123456789S"}, "malformed_header", "malformed grpc-timeout"},
		"a grpc-timeout with a sign":      {[]string{"grpc-timeout", "-1S"}, "malformed_header", "malformed grpc-timeout"},
		"binary metadata that is none":    {[]string{"trace-bin", "!!"}, "malformed_header", "malformed binary metadata"},
		"two authorities":                 {[]string{"host", "a", "host", "b"}, "malformed_header", "num values of"},
		"a header for one hop":            {[]string{"connection", "close"}, "protocol_error", ""},
		"a header of more than 16 KiB":    {slices.Repeat([]string{"long", strings.Repeat("x", 40)}, 300), "header_too_large", ""},
		"an encoding of another name":     {[]string{"grpc-encoding", "own"}, "unknown_encoding", "not installed"},
		"no time":                         {[]string{"grpc-timeout", "0S"}, "deadline_passed", "deadline"},
		"another type":                    {[]string{"content-type", "application/json"}, "", ""}, // beside the right one
		"a wrong method of the transport": {[]string{":method", "GET"}, "protocol_error", ""},
	} {
		t.Run(name, func(t *testing.T) {
			g := start(t, issues)
			conn := dial(t, g.grpcAddress)
			require.NoError(t, beginCall(conn, true, []byte{0, 0, 0, 0, 2, 16, 1}, c.headers...))
			got := trailers(conn)
			if c.reason == "" {
				return
			}
			require.Contains(t, got["grpc-message"], c.says)
			require.EventuallyWithT(t, func(collect *assert.CollectT) {
				for reason, n := range g.refusals.Counts() {
					want := int64(0)
					if reason == c.reason {
						want = 1
					}
					assert.Equal(collect, want, n, reason)
				}
			}, 10*time.Second, time.Millisecond)
			require.Empty(t, g.calls, "a call was made of it")
		})
	}
}

// Many in a row are counted each, whatever HPACK makes of what they share.
func TestRefusalsAreCountedEach(t *testing.T) {
	g := start(t, issues)
	for range 50 {
		conn := dial(t, g.grpcAddress)
		require.NoError(t, beginCall(conn, true, nil, "grpc-timeout", "x"))
		require.Equal(t, "13", trailers(conn)["grpc-status"])
	}
	require.Equal(t, int64(50), g.refusals.Counts()["malformed_header"])
}

// A method must be of a service.
func TestMethodOfNoService(t *testing.T) {
	g := start(t, issues)
	for range 3 {
		require.Equal(t, codes.Unimplemented, g.invoke(t.Context(), t, "/name", small()).code())
	}
	require.Equal(t, int64(3), g.refusals.Counts()["malformed_method"])
	require.Zero(t, g.refusals.Counts()["unknown_encoding"])
}

// What net/http refuses itself is counted, and what ends before it is a request; requests are
// not, however they end.
func TestRefusedByTheHTTPLibrary(t *testing.T) {
	g := start(t, issues)
	drain(t, g)
	for range 3 {
		require.NotNil(t, g.overREST(t, small()).response)
		require.Nil(t, g.overREST(t, &livenessv1.IssueLivenessTokenRequest{}).response)
	}
	g.client.CloseIdleConnections()
	refused := map[string]string{
		"no host":             "POST / HTTP/1.1\r\n\r\n",
		"two hosts":           "POST / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
		"no name of a header": "POST / HTTP/1.1\r\nHost: a\r\nno name: x\r\n\r\n",
		"another version":     "POST / HTTP/9.9\r\nHost: a\r\n\r\n",
		"another coding":      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
		"another expectation": "POST / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nContent-Length: 1\r\n\r\nx",
		"a long head":         "POST / HTTP/1.1\r\nHost: a\r\nx: " + strings.Repeat("x", 30<<10) + "\r\n\r\n",
		"no HTTP":             "\x16\x03\x01\r\n\r\n",
	}
	for name, head := range refused {
		conn := dial(t, g.restAddress)
		_, err := io.WriteString(conn, head)
		require.NoError(t, err)
		answer, _ := io.ReadAll(conn)
		require.Regexp(t, "^HTTP/1.1 [45]", string(answer), name)
	}
	cut := dial(t, g.restAddress)
	_, err := io.WriteString(cut, "POST / HT")
	require.NoError(t, err)
	require.NoError(t, cut.Close())
	require.NoError(t, dial(t, g.restAddress).Close()) // nothing was sent
	require.Eventually(t, func() bool { return g.unheard() == int64(len(refused)+1) }, 10*time.Second, time.Millisecond, "%d", g.unheard())
}

// Calls are none of them, however they end, nor are health and reflection.
func TestCallsAreNoRefusals(t *testing.T) {
	g := start(t, moody)
	drain(t, g)
	for name, end := range ends() {
		if strings.HasPrefix(name, "grpc") {
			end(t, g)
		}
	}
	for range 100 {
		require.NotNil(t, g.overGRPC(t, small()).response)
		require.Equal(t, codes.Unimplemented, g.invoke(t.Context(), t, "/no.such.Service/Method", small()).code())
		ctx, leave := context.WithCancel(t.Context())
		watch, err := healthpb.NewHealthClient(g.conn).Watch(ctx, &healthpb.HealthCheckRequest{})
		require.NoError(t, err)
		_, err = watch.Recv()
		require.NoError(t, err)
		leave()
		require.Eventually(t, func() bool {
			_, err := healthpb.NewHealthClient(g.conn).Check(t.Context(), &healthpb.HealthCheckRequest{})
			return err == nil
		}, 10*time.Second, time.Millisecond)
	}
	for reason, n := range g.refusals.Counts() {
		if reason != "too_many_health_or_reflection" {
			require.Zero(t, n, reason)
		}
	}
}
