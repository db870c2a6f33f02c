package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

// child is a gateway in a process of its own.
type child struct {
	*exec.Cmd
	address string // of REST
	serving map[string]any
	stderr  io.Closer
	log     *bufio.Scanner
}

// startChild runs "gateway serve" against the vendor at url.
func startChild(t *testing.T, url string) *child {
	t.Helper()
	return startChildBy(t, url, os.Args[0])
}

// startChildBy is startChild with a command that ends in that of the gateway.
func startChildBy(t *testing.T, url string, command ...string) *child {
	t.Helper()
	return startChildWith(t, strings.ReplaceAll(vendorConfig, "URL", url), command...)
}

// startChildWith is startChildBy with a configuration.
func startChildWith(t *testing.T, text string, command ...string) *child {
	t.Helper()
	file := filepath.Join(t.TempDir(), "gateway.yaml")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	c := &child{Cmd: exec.Command(command[0], append(command[1:], "serve", "--config", file)...)}
	c.Env = append(c.Environ(), asGateway+"=1", "TEST_KEY=test-key-5127", "TEST_SECRET=test-secret-5127")
	stderr, err := c.StderrPipe()
	require.NoError(t, err)
	c.stderr = stderr
	require.NoError(t, c.Start())
	t.Cleanup(func() { _ = c.Process.Kill() })
	c.log = bufio.NewScanner(stderr)
	c.serving = c.await(t, "serving")
	c.address = c.serving["rest"].(string)
	return c
}

// await reads the log up to a line with the message.
func (c *child) await(t *testing.T, message string) map[string]any {
	t.Helper()
	for c.log.Scan() {
		line := map[string]any{}
		require.NoError(t, json.Unmarshal(c.log.Bytes(), &line), "not a log line: %s", c.log.Bytes())
		if line["msg"] == message {
			return line
		}
	}
	t.Fatalf("the log ended without %q", message)
	return nil
}

func TestSIGTERMLetsRunningCallsEnd(t *testing.T) {
	called, answer := make(chan struct{}), make(chan struct{})
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(called)
		<-answer
		_, _ = w.Write([]byte(`{"token_random_number":"tok-1","random_number":"0042"}`))
	}))
	t.Cleanup(vendor.Close)
	gateway := startChild(t, vendor.URL)

	status := callREST(gateway.address)
	<-called
	require.NoError(t, gateway.Process.Signal(syscall.SIGTERM))
	gateway.await(t, "shutting down")
	require.Eventually(t, func() bool { return refuses(gateway.address) }, time.Minute, time.Millisecond)
	close(answer)
	require.Equal(t, "HTTP/1.1 200 OK\r\n", <-status)
	gateway.await(t, "stopped")
	require.NoError(t, gateway.Wait())
}

func TestSIGTERMCutsCallsAtTheEndOfTheGrace(t *testing.T) {
	called := make(chan struct{})
	ctx, release := context.WithCancel(context.Background())
	vendor := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(called)
		<-ctx.Done()
	}))
	t.Cleanup(vendor.Close)
	t.Cleanup(release)
	gateway := startChild(t, vendor.URL)

	callREST(gateway.address)
	<-called
	start := time.Now()
	require.NoError(t, gateway.Process.Signal(syscall.SIGTERM))
	gateway.await(t, "REST calls were cut at the end of the grace")
	gateway.await(t, "stopped")
	require.NoError(t, gateway.Wait(), "a stuck call does not change the exit code")
	require.GreaterOrEqual(t, time.Since(start), 500*time.Millisecond, "the grace was not given")
}

// Whoever balances has not noticed yet: for shutdown_delay calls are taken, over connections
// that are there and over new ones, by a gateway that says it is not ready.
func TestSIGTERMTakesCallsWhileOthersLeave(t *testing.T) {
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"token_random_number":"tok-1","random_number":"0042"}`))
	}))
	t.Cleanup(vendor.Close)
	gateway := startChildWith(t, strings.ReplaceAll("shutdown_delay: 3s"+vendorConfig, "URL", vendor.URL), os.Args[0])
	ready := "http://" + gateway.serving["admin"].(string) + "/readyz"
	kept, err := net.Dial("tcp", gateway.address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = kept.Close() })
	answers := bufio.NewReader(kept)
	require.True(t, askREST(t, kept, answers), "the connection is for more calls")
	health := dialHealth(t, gateway.serving["grpc"].(string))
	require.Equal(t, healthpb.HealthCheckResponse_SERVING, health())

	start := time.Now()
	require.NoError(t, gateway.Process.Signal(syscall.SIGTERM))
	gateway.await(t, "not ready, calls are still taken")
	require.Equal(t, http.StatusServiceUnavailable, statusOf(t, ready))
	require.Equal(t, healthpb.HealthCheckResponse_NOT_SERVING, health())
	require.Equal(t, "HTTP/1.1 200 OK\r\n", <-callREST(gateway.address), "a new connection")
	require.False(t, askREST(t, kept, answers), "the client is told to leave")
	_, err = answers.ReadByte()
	require.ErrorIs(t, err, io.EOF)
	gateway.await(t, "shutting down")
	require.GreaterOrEqual(t, time.Since(start), 3*time.Second, "the delay was not given")
	gateway.await(t, "stopped")
	require.NoError(t, gateway.Wait())
}

// askREST makes a call over a connection, and reports whether it is kept for more.
func askREST(t *testing.T, connection net.Conn, answers *bufio.Reader) (kept bool) {
	t.Helper()
	_, err := io.WriteString(connection, digitsCall)
	require.NoError(t, err)
	answer, err := http.ReadResponse(answers, nil)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode)
	return !answer.Close
}

// dialHealth returns what asks the gRPC health service over one connection.
func dialHealth(t *testing.T, address string) func() healthpb.HealthCheckResponse_ServingStatus {
	t.Helper()
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = connection.Close() })
	return func() healthpb.HealthCheckResponse_ServingStatus {
		answer, err := healthpb.NewHealthClient(connection).Check(t.Context(), &healthpb.HealthCheckRequest{})
		require.NoError(t, err)
		return answer.GetStatus()
	}
}

func statusOf(t *testing.T, url string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	status, _ := exchange(t, request)
	return status
}

const digitsCall = "POST /v1/liveness-tokens HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
	"Content-Length: 29\r\n\r\n" + `{"flow":"FLOW_SPOKEN_DIGITS"}`

// callREST makes a REST call; the status line of its answer is sent when it comes, "" if
// the connection ends without.
func callREST(address string) <-chan string {
	status := make(chan string, 1)
	go func() {
		connection, err := net.Dial("tcp", address)
		if err != nil {
			status <- ""
			return
		}
		defer func() { _ = connection.Close() }()
		_, _ = io.WriteString(connection, digitsCall)
		line, _ := bufio.NewReader(connection).ReadString('\n')
		status <- line
	}()
	return status
}

// refuses reports whether nobody listens at the address.
func refuses(address string) bool {
	connection, err := net.Dial("tcp", address)
	if err == nil {
		_ = connection.Close()
	}
	return err != nil
}
