package grpcserver

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/tap"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/alloctest"
	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/server/grpcserver/inbound"
)

func TestAllocations(t *testing.T) { alloctest.Check(t, pieces(t)) }

func BenchmarkPieces(b *testing.B) { alloctest.Benchmark(b, pieces(b)) }

// pieces are a call without the library and the service: its message has arrived, and its answer is
// always the same.
func pieces(tb testing.TB) map[string]alloctest.Piece {
	tb.Helper()
	d := server.NewDispatcher(&admission.Controller{}, nil)
	livenessv1.RegisterLivenessServiceServer(d, issuer{answer: &livenessv1.IssueLivenessTokenResponse{Token: "token-1"}})
	method, ok := d.Method(livenessv1.LivenessService_IssueLivenessToken_FullMethodName)
	require.True(tb, ok)
	local := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8443}
	r := &receiver{dispatcher: d, hosts: server.HostsOf(local, []string{"gateway.example"}), messages: inbound.Receiver{Trailer: trailerOf}}
	message, err := proto.Marshal(&livenessv1.IssueLivenessTokenRequest{
		Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS, Scenario: "login", AcceptedProducts: []string{"megvii.random-number"},
		SubjectId: "user-7f3a", Reference: "order-20931",
	})
	require.NoError(tb, err)
	stream := newStream(tb, message)
	return map[string]alloctest.Piece{
		"a call": alloctest.AtMost(20, func() {
			stream.left = stream.message
			if err := r.serve(stream, &method); err != nil || stream.answer == nil {
				tb.Error("no answer", err)
			}
		}),
	}
}

// issuer always gives the same answer.
type issuer struct {
	livenessv1.UnimplementedLivenessServiceServer

	answer *livenessv1.IssueLivenessTokenResponse
}

// IssueLivenessToken is the service's.
func (i issuer) IssueLivenessToken(context.Context, *livenessv1.IssueLivenessTokenRequest) (*livenessv1.IssueLivenessTokenResponse, error) {
	return i.answer, nil
}

// stream is a stream as the library's, whose message has arrived.
type stream struct {
	grpc.ServerStream

	ctx     context.Context
	message mem.BufferSlice
	left    mem.BufferSlice
	answer  any
}

func newStream(tb testing.TB, message []byte) *stream {
	tb.Helper()
	s := &stream{message: mem.BufferSlice{mem.SliceBuffer(message)}}
	header := metadata.MD{
		":authority": {"gateway.example:8443"}, "content-type": {"application/grpc"}, "user-agent": {"grpc-go/1.85.0"},
		"grpc-accept-encoding": {"gzip"},
	}
	ctx := peer.NewContext(tb.Context(), &peer.Peer{Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 50000}})
	others := &otherServices{}
	ctx, err := others.begin(metadata.NewIncomingContext(ctx, header), &tap.Info{
		FullMethodName: livenessv1.LivenessService_IssueLivenessToken_FullMethodName, Header: header,
	})
	require.NoError(tb, err)
	s.ctx = grpc.NewContextWithServerTransportStream(ctx, transportStream{s})
	return s
}

// Context is grpc.ServerStream's.
func (s *stream) Context() context.Context { return s.ctx }

// SendMsg is grpc.ServerStream's.
func (s *stream) SendMsg(answer any) error {
	s.answer = answer
	return nil
}

// transportStream is the stream as inbound reads from it.
type transportStream struct{ *stream }

// Method is grpc.ServerTransportStream's.
func (transportStream) Method() string { return "" }

// SetHeader is grpc.ServerTransportStream's.
func (transportStream) SetHeader(metadata.MD) error { return nil }

// SendHeader is grpc.ServerTransportStream's.
func (transportStream) SendHeader(metadata.MD) error { return nil }

// SetTrailer is grpc.ServerTransportStream's.
func (transportStream) SetTrailer(metadata.MD) error { return nil }

// ReadMessageHeader is inbound.Stream's.
func (s transportStream) ReadMessageHeader(header []byte) error {
	header[0], header[1], header[2], header[3], header[4] = 0, 0, 0, 0, byte(s.left.Len())
	return nil
}

// Read is inbound.Stream's.
func (s transportStream) Read(int) (mem.BufferSlice, error) { return s.left, nil }

// RecvCompress is inbound.Stream's.
func (transportStream) RecvCompress() string { return "" }

// WriteStatus is inbound.Stream's.
func (transportStream) WriteStatus(*status.Status) error { return errors.ErrUnsupported }
