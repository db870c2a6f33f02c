package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

// digits is a vendor that answers calls for spoken digits.
func digits(t *testing.T) string {
	t.Helper()
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close") // each call takes a descriptor anew
		_, _ = io.WriteString(w, `{"token_random_number":"tok-1","random_number":"0042"}`)
	}))
	t.Cleanup(vendor.Close)
	return vendor.URL
}

// metric returns a value as it is scraped.
func (c *child) metric(t *testing.T, name string) string {
	t.Helper()
	for line := range strings.Lines(get(t, "http://"+c.serving["admin"].(string)+"/metrics")) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return "no such metric"
}

const droppedLines = "liveness_gateway_log_lines_dropped_total"

// Nobody reads the log any more: calls are served, and what is dropped is counted.
func TestDeadLogReader(t *testing.T) {
	gateway := startChild(t, digits(t))
	require.Equal(t, "0", gateway.metric(t, droppedLines))
	require.NoError(t, gateway.stderr.Close())
	for range 5 {
		require.Equal(t, "HTTP/1.1 200 OK\r\n", <-callREST(gateway.address))
	}
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		assert.Equal(c, "5", gateway.metric(t, droppedLines))
	}, time.Minute, 10*time.Millisecond)
	require.NoError(t, gateway.Process.Signal(syscall.SIGTERM))
	require.NoError(t, gateway.Wait())
}

// The log's reader has stopped reading, and the pipe is full: calls are served, and the
// process ends all the same.
func TestStalledLogReader(t *testing.T) {
	gateway := startChild(t, digits(t))
	const line = "GET /no/such/path HTTP/1.1\r\nHost: localhost\r\n\r\n" // makes a line of the log
	conn, err := net.Dial("tcp", gateway.address)
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	answers := bufio.NewReader(conn)
	for range 2000 { // of 200 bytes and more, where a pipe holds 64 KiB
		_, err := io.WriteString(conn, line)
		require.NoError(t, err)
		answer, err := http.ReadResponse(answers, nil)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
	}
	require.Equal(t, "HTTP/1.1 200 OK\r\n", <-callREST(gateway.address))
	require.NoError(t, gateway.Process.Signal(syscall.SIGTERM))
	require.NoError(t, gateway.Wait())
}

// With a thousand descriptors, 1,500 idle connections keep neither callers out nor vendors
// nor who asks for the gateway's health.
func TestFewDescriptors(t *testing.T) {
	gateway := startChildBy(t, digits(t), "sh", "-c", `ulimit -n 1000 && exec "$0" "$@"`, os.Args[0])
	var idle []net.Conn
	for _, listener := range []string{"rest", "grpc", "admin"} {
		for range 500 {
			conn, err := net.Dial("tcp", gateway.serving[listener].(string))
			require.NoError(t, err)
			idle = append(idle, conn)
		}
	}
	for range 50 {
		require.Equal(t, "HTTP/1.1 200 OK\r\n", <-callREST(gateway.address))
	}
	require.Regexp(t, `^(20|21)\d$`, gateway.metric(t, `liveness_gateway_connections{listener="rest"}`), "a quarter of the descriptors")
	connection, err := grpc.NewClient(gateway.serving["grpc"].(string), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	defer func() { _ = connection.Close() }()
	_, err = healthpb.NewHealthClient(connection).Check(t.Context(), &healthpb.HealthCheckRequest{})
	require.NoError(t, err)
	for _, conn := range idle {
		_ = conn.Close()
	}
}
