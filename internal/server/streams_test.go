package server_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"

	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/server/grpcserver"
)

// openBare opens streams of a method without messages on one connection, whatever the
// server says, and returns how many of them it refused; closing the connection counts as one.
func openBare(t *testing.T, address, method string, streams int) (refused func() int) {
	t.Helper()
	conn := dial(t, address)
	framer := http2.NewFramer(conn, conn)
	var mu sync.Mutex
	n := 0
	go func() {
		for {
			frame, err := framer.ReadFrame()
			reset, ok := frame.(*http2.RSTStreamFrame)
			mu.Lock()
			if err != nil || ok && reset.ErrCode == http2.ErrCodeRefusedStream {
				n++
			}
			mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	_ = beginBare(framer, conn, method, streams) // the server may close the connection
	return func() int {
		mu.Lock()
		defer mu.Unlock()
		return n
	}
}

// beginBare begins a connection, and so many streams of a method on it without messages.
func beginBare(framer *http2.Framer, conn io.Writer, method string, streams int) error {
	_, err := io.WriteString(conn, http2.ClientPreface)
	err = errors.Join(err, framer.WriteSettings())
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	encoder.SetMaxDynamicTableSize(0) // each block stands for itself
	for pairs := []string{
		":method", "POST", ":scheme", "http", ":path", method, ":authority", "gateway", "content-type", "application/grpc", "te", "trailers",
	}; len(pairs) > 0; pairs = pairs[2:] {
		_ = encoder.WriteField(hpack.HeaderField{Name: pairs[0], Value: pairs[1]}) // a buffer never fails
	}
	for i := 0; i < streams && err == nil; i++ {
		err = framer.WriteHeaders(http2.HeadersFrameParam{StreamID: uint32(2*i + 1), BlockFragment: block.Bytes(), EndHeaders: true})
	}
	return err
}

// Streams without messages are no calls, and a connection has few of them.
func TestBareHeaders(t *testing.T) {
	g := startLimited(t, issues, admission.Limits{MaxCalls: 10})
	drain(t, g)
	var refused []func() int
	for range 10 {
		refused = append(refused, openBare(t, g.grpcAddress, issueMethod, 1000))
	}
	for range 100 {
		require.NotNil(t, g.overGRPC(t, small()).response)
		require.NotNil(t, g.overREST(t, small()).response)
	}
	calls, _ := g.admission.InFlight()
	require.LessOrEqual(t, calls, int64(1))
	for _, n := range refused {
		require.Eventually(t, func() bool { return n() > 0 }, 10*time.Second, time.Millisecond)
	}
}

// Where streams without messages are many in all, a connection has only a few of them, and
// one with calls to make is served.
func TestManyBareHeaders(t *testing.T) {
	g := start(t, issues)
	drain(t, g)
	var all sync.WaitGroup
	for range server.ManyAwaited/server.MaxStreams + 2 {
		all.Go(func() { openBare(t, g.grpcAddress, issueMethod, server.MaxStreams) })
	}
	all.Wait()
	for range 20 {
		require.NotNil(t, g.overGRPC(t, small()).response)
	}
}

// Streams of health and reflection are bounded in number, on a connection and in all, and
// the first ones are served.
func TestOtherStreamsAreFew(t *testing.T) {
	g := start(t, issues)
	watch := func() error {
		stream, err := healthpb.NewHealthClient(g.conn).Watch(t.Context(), &healthpb.HealthCheckRequest{})
		require.NoError(t, err)
		_, err = stream.Recv()
		return err
	}
	for range server.MaxOtherStreams - 1 {
		require.NoError(t, watch())
	}
	reflect, err := reflectionpb.NewServerReflectionClient(g.conn).ServerReflectionInfo(t.Context())
	require.NoError(t, err)
	ask(t, reflect, &reflectionpb.ServerReflectionRequest{MessageRequest: &reflectionpb.ServerReflectionRequest_ListServices{}})
	require.Equal(t, codes.ResourceExhausted, status.Code(watch()))
	_, err = healthpb.NewHealthClient(g.conn).Check(t.Context(), &healthpb.HealthCheckRequest{})
	require.Equal(t, codes.ResourceExhausted, status.Code(err))
	require.Equal(t, int64(2), g.refusals.Counts()["too_many_health_or_reflection"])

	require.NoError(t, reflect.CloseSend())
	_, err = reflect.Recv()
	require.ErrorIs(t, err, io.EOF)
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		_, err := healthpb.NewHealthClient(g.conn).Check(t.Context(), &healthpb.HealthCheckRequest{})
		assert.NoError(c, err)
	}, 10*time.Second, time.Millisecond)
	require.NotNil(t, g.overGRPC(t, small()).response, "calls are not counted with them")
}

func TestOtherMessagesAreSmall(t *testing.T) {
	g := start(t, issues)
	_, err := healthpb.NewHealthClient(g.conn).Check(t.Context(), &healthpb.HealthCheckRequest{Service: string(make([]byte, 20<<10))})
	require.Equal(t, codes.ResourceExhausted, status.Code(err))
}

// Streams of health and reflection end at an age, with or without messages.
func TestOtherStreamsEnd(t *testing.T) {
	d := newDispatcher(t)
	for name, c := range map[string]struct {
		open func(context.Context, *grpc.ClientConn) grpc.ClientStream
		age  time.Duration
	}{
		"watch": {func(ctx context.Context, conn *grpc.ClientConn) grpc.ClientStream {
			stream, err := healthpb.NewHealthClient(conn).Watch(ctx, &healthpb.HealthCheckRequest{})
			require.NoError(t, err)
			_, err = stream.Recv()
			require.NoError(t, err)
			return stream
		}, 5 * time.Minute},
		"reflection": {func(ctx context.Context, conn *grpc.ClientConn) grpc.ClientStream {
			stream, err := reflectionpb.NewServerReflectionClient(conn).ServerReflectionInfo(ctx)
			assert.NoError(t, err)
			return stream
		}, 5 * time.Minute},
		"check without a message": {func(ctx context.Context, conn *grpc.ClientConn) grpc.ClientStream {
			stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true}, healthpb.Health_Check_FullMethodName)
			assert.NoError(t, err)
			return stream
		}, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				grpcServer, _ := grpcserver.New(d, grpcserver.Options{Reflection: true})
				listener := newPipes()
				go func() { _ = grpcServer.Serve(listener) }()
				defer grpcServer.Stop()
				dial := func(ctx context.Context, _ string) (net.Conn, error) { return listener.Dial(ctx, "", "") }
				conn, err := grpc.NewClient("passthrough:pipes",
					grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithContextDialer(dial))
				require.NoError(t, err)
				defer func() { _ = conn.Close() }()
				begun := time.Now()
				stream := c.open(t.Context(), conn)
				err = stream.RecvMsg(&healthpb.HealthCheckResponse{})
				require.Equal(t, codes.DeadlineExceeded, status.Code(err), "%v", err)
				require.Equal(t, c.age, time.Since(begun))
			})
		})
	}
}

func TestReflectionIsOffUnlessSwitchedOn(t *testing.T) {
	grpcServer, _ := grpcserver.New(newDispatcher(t), grpcserver.Options{})
	t.Cleanup(grpcServer.Stop)
	for name := range grpcServer.GetServiceInfo() {
		require.NotContains(t, name, "reflection")
	}
}
