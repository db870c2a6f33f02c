package grpcserver

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/tap"
	"google.golang.org/protobuf/proto"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/server"
)

// messageStream is what a gRPC call's message is read from. The library's own reader
// takes a message of any length that it is set to, and answers what it refuses in its
// own words, unseen by the interceptors. Read from the stream, a message can be refused
// by its length before it is there.
//
// The library's streams have these methods beyond what grpc.ServerTransportStream
// promises: an update of the library that changes them fails every test over gRPC.
type messageStream interface {
	// ReadMessageHeader reads the five bytes before a message: whether it is
	// compressed, and its length.
	ReadMessageHeader(header []byte) error
	// Read returns the next n bytes. Only now the client may send more than the
	// stream's window.
	Read(n int) (mem.BufferSlice, error)
}

// receive reads the message of a gRPC call that has been admitted. It runs before the
// client may have sent more than streamWindow of it.
func receive(ctx context.Context, c *call.Call, into proto.Message) *providers.Error {
	stream, ok := grpc.ServerTransportStreamFromContext(ctx).(messageStream)
	if !ok {
		return &providers.Error{Reason: providers.Internal, Cause: errors.New("the gRPC library's stream cannot be read from")}
	}
	stop := limitReceiving(ctx)
	defer stop()
	var header [5]byte
	if err := stream.ReadMessageHeader(header[:]); err != nil {
		return notReceived(ctx, err)
	}
	length := int(binary.BigEndian.Uint32(header[1:]))
	switch {
	case header[0] != 0:
		return &providers.Error{Reason: providers.MethodUnknown, Message: "the message must not be compressed"}
	case length > server.MaxMessageBytes:
		return message.TooLarge(server.MaxMessageBytes)
	}
	if shed := c.Permit.Reserve(int64(length)); shed != nil {
		return shed
	}
	data, err := stream.Read(length)
	if err != nil {
		return notReceived(ctx, err)
	}
	var refused *providers.Error
	c.Photos, c.Memory.Memory, refused = message.FromProto(ctx, data, into)
	return refused
}

// notReceived says why a message did not arrive.
func notReceived(ctx context.Context, err error) *providers.Error {
	switch code := status.Code(err); {
	case code == codes.DeadlineExceeded:
		return &providers.Error{Reason: providers.DeadlineTooShort}
	case code == codes.Canceled && !errors.Is(context.Cause(ctx), errTooSlow):
		return &providers.Error{Reason: providers.CallerCancelled}
	default:
		return &providers.Error{Reason: providers.InvalidRequest, Message: "the message did not arrive whole"}
	}
}

// errTooSlow ends the context of a call whose message takes longer than server.BodyTimeLimit.
var errTooSlow = errors.New("the message takes too long")

type cancelKey struct{}

// withCancel gives each call of the dispatcher's a context that limitReceiving can end: a
// client that stalls in the middle of a message would hold its permit until its connection
// is too old. Only the context that a stream begins with ends a read from it. A call whose
// own deadline ends it as soon needs none.
func withCancel(d *server.Dispatcher) tap.ServerInHandle {
	return func(ctx context.Context, info *tap.Info) (context.Context, error) {
		deadline, ok := ctx.Deadline()
		inTime := ok && time.Until(deadline) <= server.BodyTimeLimit
		if _, known := d.Method(info.FullMethodName); inTime || !known {
			return ctx, nil
		}
		ctx, cancel := context.WithCancelCause(ctx)
		return context.WithValue(ctx, cancelKey{}, cancel), nil
	}
}

// limitReceiving ends the call's context after server.BodyTimeLimit, if its deadline does not,
// unless it is stopped before.
func limitReceiving(ctx context.Context) (stop func() bool) {
	cancel, ok := ctx.Value(cancelKey{}).(context.CancelCauseFunc)
	if !ok {
		return func() bool { return false }
	}
	return time.AfterFunc(server.BodyTimeLimit, func() { cancel(errTooSlow) }).Stop
}
