package server_test

import (
	"bufio"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// A message or body that is shed, or refused for its length, is answered before any of
// it is sent.
func TestRefusedBeforeItIsRead(t *testing.T) {
	for name, c := range map[string]struct {
		limits  admission.Limits
		prefix  []byte
		length  string
		reason  providers.Reason
		status  int
		headers []string
	}{
		"too many photos": {
			limits: admission.Limits{MaxPhotoBytes: 1 << 20}, prefix: []byte{0, 0, 16, 0, 1}, length: "1048577",
			reason: providers.Overloaded, status: 503,
		},
		"too many photos, again": {
			limits: admission.Limits{MaxPhotoBytes: 1 << 20}, prefix: []byte{0, 0, 15, 0, 0}, length: "983040",
			reason: providers.Overloaded, status: 503, headers: []string{"grpc-previous-rpc-attempts", "1"},
		},
		"too large": {
			limits: admission.Limits{MaxPhotoBytes: 1 << 20}, prefix: []byte{0, 1, 0x50, 0, 1}, length: "29360129",
			reason: providers.RequestTooLarge, status: 413,
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := startLimited(t, unreachable(t), c.limits)
			t.Run("grpc", func(t *testing.T) {
				conn := dial(t, g.grpcAddress)
				require.NoError(t, beginCall(conn, false, c.prefix, c.headers...))
				require.NotEmpty(t, trailers(conn)["x-request-id"])
				require.Equal(t, c.reason, (<-g.calls).Reason)
			})
			t.Run("rest", func(t *testing.T) {
				conn := dial(t, g.restAddress)
				header := "POST " + tokensPath + " HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n"
				if c.headers != nil {
					header += c.headers[0] + ": " + c.headers[1] + "\r\n"
				}
				_, err := conn.Write([]byte(header + "Content-Length: " + c.length + "\r\n\r\n"))
				require.NoError(t, err)
				answer, err := http.ReadResponse(bufio.NewReader(conn), nil) //nolint:bodyclose // readReply closes it
				require.NoError(t, err)
				require.Equal(t, c.status, readReply(t, answer).httpStatus)
				require.Equal(t, c.reason, (<-g.calls).Reason)
			})
			g.requireNothingHeld(t)
		})
	}
}

// Where calls are too many, not even the length of the message is waited for.
func TestShedByItsHeadersAlone(t *testing.T) {
	b := startBusy(t, admission.Limits{MaxCalls: 1})
	defer b.hold(t, 1, b.overGRPC, small())()
	conn := dial(t, b.grpcAddress)
	require.NoError(t, beginCall(conn, false, nil))
	got := trailers(conn)
	require.Equal(t, "14", got["grpc-status"])
	require.Equal(t, "1000", got["grpc-retry-pushback-ms"])
	require.Equal(t, providers.Overloaded, (<-b.calls).Reason)
}

func TestBrokenMessages(t *testing.T) {
	for name, c := range map[string]struct {
		data   []byte
		reason providers.Reason
	}{
		"none":               {nil, providers.InvalidRequest},
		"only its beginning": {[]byte{0, 0, 0}, providers.InvalidRequest},
		"without content":    {[]byte{0, 0, 0, 0, 2}, providers.InvalidRequest},
		"cut off":            {[]byte{0, 0, 0, 0, 2, 8}, providers.InvalidRequest},
		"compressed":         {[]byte{1, 0, 0, 0, 2, 8, 1}, providers.MethodUnknown},
		"an unknown flag":    {[]byte{2, 0, 0, 0, 2, 8, 1}, providers.MethodUnknown},
		"of no bytes":        {[]byte{0, 0, 0, 0, 0}, providers.InvalidRequest},
	} {
		t.Run(name, func(t *testing.T) {
			g := startLimited(t, unreachable(t), admission.Limits{MaxCalls: 1})
			conn := dial(t, g.grpcAddress)
			require.NoError(t, beginCall(conn, true, c.data))
			require.NotEmpty(t, trailers(conn)["x-request-id"])
			require.Equal(t, c.reason, (<-g.calls).Reason)
			g.requireNothingHeld(t)
		})
	}
}

// A gRPC client that stops in the middle of a message is not waited for either; one that
// names a deadline no longer than that.
func TestStalledMessage(t *testing.T) {
	for name, c := range map[string]struct {
		data    []byte
		headers []string
		after   time.Duration
		codes   []string
	}{
		"before the message":    {nil, nil, 2 * time.Second, []string{"3"}},
		"in the message":        {[]byte{0, 0, 1, 0, 0, 10}, nil, 3 * time.Second, []string{"3"}},
		"with a long deadline":  {nil, []string{"grpc-timeout", "1M"}, 2 * time.Second, []string{"3"}},
		"with a short deadline": {nil, []string{"grpc-timeout", "2S"}, 2 * time.Second, []string{"4", ""}}, // the library resets the stream at that moment
	} {
		t.Run(name, func(t *testing.T) {
			controller := &admission.Controller{}
			d := dispatcherOf(issues, newKeeper(t), controller)
			synctest.Test(t, func(t *testing.T) {
				conn, err := servePipes(t, d).Dial(t.Context(), "", "")
				require.NoError(t, err)
				defer func() { _ = conn.Close() }()
				begun := time.Now()
				answers := make(chan map[string]string)
				go func() { answers <- trailers(conn) }()
				require.NoError(t, beginCall(conn, false, c.data, c.headers...))
				require.Contains(t, c.codes, (<-answers)["grpc-status"])
				require.Equal(t, c.after, time.Since(begun))
				synctest.Wait()
				calls, bytes := controller.InFlight()
				require.Zero(t, calls+bytes)
			})
		})
	}
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	return conn
}
