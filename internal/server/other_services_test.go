package server_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/server/grpcserver"
	"github.com/liveness-gateway/gateway/internal/server/grpcserver/wire"
)

// otherMethods are all methods of the gRPC listener that make no call, by its own word.
func otherMethods(t *testing.T) (names []string) {
	t.Helper()
	grpcServer, _ := grpcserver.New(newDispatcher(t), grpcserver.Options{Reflection: true})
	t.Cleanup(grpcServer.Stop)
	for name, service := range grpcServer.GetServiceInfo() {
		for _, method := range service.Methods {
			if !strings.HasPrefix(name, "liveness.") {
				names = append(names, "/"+name+"/"+method.Name)
			}
		}
	}
	slices.Sort(names)
	require.Subset(t, names, []string{
		"/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/List", "/grpc.health.v1.Health/Watch",
		"/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
	})
	return names
}

// both ways of a stream, whatever the method has.
var bidirectional = &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}

// openOther opens a stream of a method that waits for its message.
func openOther(ctx context.Context, t *testing.T, conn *grpc.ClientConn, method string) grpc.ClientStream {
	t.Helper()
	stream, err := conn.NewStream(ctx, bidirectional, method)
	require.NoError(t, err)
	return stream
}

// Whatever other methods there are: their streams wait for messages for a bounded time.
func TestEveryOtherStreamEnds(t *testing.T) {
	d := newDispatcher(t)
	for _, method := range otherMethods(t) {
		t.Run(method, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				grpcServer, _ := grpcserver.New(d, grpcserver.Options{Reflection: true})
				listener := newPipes()
				go func() { _ = grpcServer.Serve(listener) }()
				defer grpcServer.Stop()
				conn, err := grpc.NewClient("passthrough:pipes", grpc.WithTransportCredentials(insecure.NewCredentials()),
					grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.Dial(ctx, "", "") }))
				require.NoError(t, err)
				defer func() { _ = conn.Close() }()
				begun := time.Now()
				err = openOther(t.Context(), t, conn, method).RecvMsg(&emptypb.Empty{})
				require.Equal(t, codes.DeadlineExceeded, status.Code(err), "%v", err)
				require.LessOrEqual(t, time.Since(begun), server.MaxOtherStreamAge)
			})
		})
	}
}

// They count together, each as any other: as many as a connection may have wait for messages, of
// whatever methods, and the next one is refused.
func TestEveryOtherStreamCounts(t *testing.T) {
	d := newDispatcher(t)
	methods := otherMethods(t)
	for first, method := range methods {
		t.Run(method, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				wires := newPipes()
				refusals := &wire.Refusals{}
				grpcServer, _ := grpcserver.New(d, grpcserver.Options{Reflection: true, Refusals: refusals})
				go func() { _ = grpcServer.Serve(server.NewListener(wires, 10)) }()
				defer grpcServer.Stop()
				conn, err := grpc.NewClient("passthrough:pipes", grpc.WithTransportCredentials(insecure.NewCredentials()),
					grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return wires.Dial(ctx, "", "") }))
				require.NoError(t, err)
				defer func() { _ = conn.Close() }()
				for n := range server.MaxOtherStreams {
					openOther(t.Context(), t, conn, methods[(first+n)%len(methods)])
				}
				synctest.Wait()
				for _, one := range methods {
					err := openOther(t.Context(), t, conn, one).RecvMsg(&emptypb.Empty{})
					require.Equal(t, codes.ResourceExhausted, status.Code(err), "%s: %v", one, err)
				}
				require.Equal(t, int64(len(methods)), refusals.Counts()["too_many_health_or_reflection"])
			})
		})
	}
}

// A message of theirs is small, however it comes.
func TestEveryOtherMessageIsSmall(t *testing.T) {
	g := start(t, issues)
	drain(t, g)
	long := protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), make([]byte, 20<<10))
	for _, method := range otherMethods(t) {
		for name, c := range map[string]struct {
			flag    byte
			message []byte
			headers []string
			status  []string
		}{
			"long":               {0, long, nil, []string{"8"}},
			"a bomb":             {1, zipped(t, append(long, make([]byte, 10<<20)...)), []string{"grpc-encoding", "gzip"}, []string{"8"}},
			"bombs in a bomb":    {1, zipped(t, zipped(t, make([]byte, 1<<20))), []string{"grpc-encoding", "gzip"}, []string{"13", "8"}},
			"empty members":      {1, bytes.Repeat(zipped(t, nil), 1000), []string{"grpc-encoding", "gzip"}, []string{"8"}},
			"compressed somehow": {1, long[:10], nil, []string{"13", "12"}},
			"in deflate":         {1, long[:10], []string{"grpc-encoding", "deflate"}, []string{"12"}},
			"in zstd, not so":    {0, nil, []string{"grpc-encoding", "zstd"}, []string{"12"}},
			"another flag":       {0x82, nil, nil, []string{"13", "12"}},
		} {
			t.Run(method+" "+name, func(t *testing.T) {
				conn := dial(t, g.grpcAddress)
				prefixed := append(binary.BigEndian.AppendUint32([]byte{c.flag}, uint32(len(c.message))), c.message...)
				require.NoError(t, beginStream(conn, method, true, prefixed, c.headers...))
				_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
				got := trailers(conn)
				require.Contains(t, c.status, got["grpc-status"], "%v", got)
			})
		}
	}
	require.NotNil(t, g.overGRPC(t, small()).response)
}

// Who is nobody's caller may ask how services are, by their names, and nothing else.
func TestStrangersAskForHealthAlone(t *testing.T) {
	g := startGuarded(t)
	open := map[string]bool{healthpb.Health_Check_FullMethodName: true, healthpb.Health_Watch_FullMethodName: true}
	for _, method := range otherMethods(t) {
		for caller, authorization := range map[string]string{"a stranger": "Bearer nobody", "a caller": "Bearer " + g.ShopKey} {
			ctx, leave := context.WithTimeout(metadata.AppendToOutgoingContext(t.Context(), "authorization", authorization), 500*time.Millisecond)
			stream := openOther(ctx, t, g.conn, method)
			_ = stream.SendMsg(&emptypb.Empty{}) // the server may have refused it already
			_ = stream.CloseSend()
			err := stream.RecvMsg(&emptypb.Empty{})
			leave()
			if refused := status.Code(err) == codes.Unauthenticated; refused != (caller == "a stranger" && !open[method]) {
				require.Fail(t, "refused or served, the other way round", "%s by %s: %v", method, caller, err)
			}
		}
	}
}
