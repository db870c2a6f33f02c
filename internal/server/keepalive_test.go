package server_test

import (
	"context"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/server/grpcserver"
)

// servePipes serves gRPC on virtual time; the dispatcher is made outside, on real time.
func servePipes(t *testing.T, d *server.Dispatcher) *pipes {
	t.Helper()
	grpcServer, _ := grpcserver.New(d, grpcserver.Options{})
	listener := newPipes()
	go func() { _ = grpcServer.Serve(listener) }()
	t.Cleanup(grpcServer.Stop)
	return listener
}

// A client that keeps its connection busy must come anew after 10 minutes, give or take
// the tenth by which the library spreads them.
func TestGRPCConnectionAge(t *testing.T) {
	d := newDispatcher(t)
	synctest.Test(t, func(t *testing.T) {
		listener := servePipes(t, d)
		dial := func(ctx context.Context, _ string) (net.Conn, error) { return listener.Dial(ctx, "", "") }
		conn, err := grpc.NewClient("passthrough:pipes",
			grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithContextDialer(dial))
		require.NoError(t, err)
		defer func() { _ = conn.Close() }()

		begun := time.Now()
		for listener.dialed.Load() < 2 {
			require.Less(t, time.Since(begun), 12*time.Minute, "the connection outlives its age")
			_, err := healthpb.NewHealthClient(conn).Check(t.Context(), &healthpb.HealthCheckRequest{})
			require.NoError(t, err)
			time.Sleep(time.Second)
		}
		require.Greater(t, time.Since(begun), 9*time.Minute)
	})
}

func TestKeepaliveEnforcement(t *testing.T) {
	d := newDispatcher(t)
	for name, c := range map[string]struct {
		every time.Duration
		want  http2.ErrCode
	}{
		"pings every second":     {time.Second, http2.ErrCodeEnhanceYourCalm},
		"pings every 11 seconds": {11 * time.Second, http2.ErrCodeNo},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				require.Equal(t, c.want, pingFor(t, servePipes(t, d), 5*time.Minute, c.every))
			})
		})
	}
}

// pingFor sends HTTP/2 pings on a connection without calls and returns by which error
// the server ended it, none if it did not.
func pingFor(t *testing.T, listener *pipes, total, every time.Duration) http2.ErrCode {
	t.Helper()
	conn, err := listener.Dial(t.Context(), "", "")
	require.NoError(t, err)
	framer := http2.NewFramer(conn, conn)
	ended := make(chan http2.ErrCode, 1)
	go func() { ended <- readUntilGoAway(framer) }()

	_, err = io.WriteString(conn, http2.ClientPreface)
	require.NoError(t, err)
	require.NoError(t, framer.WriteSettings())
	for begun := time.Now(); time.Since(begun) < total; time.Sleep(every) {
		if err := framer.WritePing(false, [8]byte{}); err != nil {
			break
		}
	}
	_ = conn.Close()
	return <-ended
}

func readUntilGoAway(framer *http2.Framer) http2.ErrCode {
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return http2.ErrCodeNo
		}
		if goAway, ok := frame.(*http2.GoAwayFrame); ok {
			return goAway.ErrCode
		}
	}
}
