package server

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/tap"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// metadataAttempts is where a client says how often it has sent the call before; gRPC
// libraries set it when they retry (gRFC A6, "Exposed Retry Metadata").
const metadataAttempts = "grpc-previous-rpc-attempts"

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

// copiedBytes is the length up to which a message is decoded as a whole: copying less
// than that costs less than taking it apart.
const copiedBytes = 32 << 10

// receive reads the message of a gRPC call that has been admitted. It runs before the
// client may have sent more than streamWindow of it.
func receive(ctx context.Context, call *Call) *providers.Error {
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
	case length > maxMessageBytes:
		return tooLarge(maxMessageBytes)
	}
	if shed := call.permit.reserve(int64(length)); shed != nil {
		return shed
	}
	data, err := stream.Read(length)
	if err != nil {
		return notReceived(ctx, err)
	}
	if length > copiedBytes {
		received := hold(data)
		call.memory.Memory = received
		if rest, photos, ok := split(received); ok {
			call.photos = photos
			return call.decode(mem.BufferSlice{mem.SliceBuffer(rest)})
		}
	} else {
		defer data.Free()
	}
	refused := call.decode(data)
	call.photos = takePhotos(call.Request)
	return refused
}

func (c *Call) decode(data mem.BufferSlice) *providers.Error {
	message := &livenessv1.IssueLivenessTokenRequest{}
	if err := encoding.GetCodecV2("proto").Unmarshal(data, message); err != nil {
		return &providers.Error{
			Reason: providers.InvalidRequest, Message: "not a valid IssueLivenessTokenRequest message",
		}
	}
	c.Request = message
	return nil
}

func tooLarge(limit int) *providers.Error {
	return &providers.Error{Reason: providers.RequestTooLarge, Message: fmt.Sprintf("at most %d MiB", limit>>20)}
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

// errTooSlow ends the context of a call whose message takes longer than bodyTimeLimit.
var errTooSlow = errors.New("the message takes too long")

type giveUpKey struct{}

// withGiveUp gives a call a context that limitReceiving can end: a client that stalls in
// the middle of a message would hold its permit until its connection is too old. Only
// the context that a stream begins with ends a read from it. A call whose own deadline
// ends it as soon needs none.
func withGiveUp(ctx context.Context, info *tap.Info) (context.Context, error) {
	deadline, ok := ctx.Deadline()
	inTime := ok && time.Until(deadline) <= bodyTimeLimit
	if inTime || info.FullMethodName != livenessv1.LivenessService_IssueLivenessToken_FullMethodName {
		return ctx, nil
	}
	ctx, giveUp := context.WithCancelCause(ctx)
	return context.WithValue(ctx, giveUpKey{}, giveUp), nil
}

// limitReceiving ends the call's context after bodyTimeLimit, if its deadline does not,
// unless it is stopped before.
func limitReceiving(ctx context.Context) (stop func() bool) {
	giveUp, ok := ctx.Value(giveUpKey{}).(context.CancelCauseFunc)
	if !ok {
		return func() bool { return false }
	}
	return time.AfterFunc(bodyTimeLimit, func() { giveUp(errTooSlow) }).Stop
}

// repeatedGRPC reports whether a gRPC client has sent the call before.
func repeatedGRPC(ctx context.Context) bool {
	attempts := metadata.ValueFromIncomingContext(ctx, metadataAttempts)
	return len(attempts) > 0 && attempts[0] != "0"
}
