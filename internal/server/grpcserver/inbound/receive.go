// Package inbound reads the message of a call from the gRPC library's stream, piece by piece and
// bounded in time, by methods that the library does not promise. It alone uses these. It must not
// know services, nor what comes of a message.
package inbound

import (
	"context"
	"encoding/binary"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/server"
)

// Stream is what a gRPC call's message is read from. The library's own reader
// takes a message of any length that it is set to, and answers what it refuses in its
// own words, unseen by the interceptors. Read from the stream, a message can be refused
// by its length before it is there.
//
// The library's streams have these methods beyond what grpc.ServerTransportStream
// promises: an update of the library that changes them fails every test over gRPC.
type Stream interface {
	// ReadMessageHeader reads the five bytes before a message: whether it is
	// compressed, and its length.
	ReadMessageHeader(header []byte) error
	// Read returns the next n bytes. Only now the client may send more than the
	// stream's window.
	Read(n int) (mem.BufferSlice, error)
	// RecvCompress returns what grpc-encoding says.
	RecvCompress() string
	// WriteStatus ends the stream, and with it a read that waits.
	WriteStatus(*status.Status) error
	SetTrailer(metadata.MD) error
}

// firstPiece is how much of a message is waited for at first, for a second more than the
// grace: one that is announced and never sent is not waited for any longer.
const firstPiece = server.ArrivalRate

// Window is how much of a message a client may send before the gateway reads it, the least that
// HTTP/2 servers in Go allow. The library would let it grow to 16 MiB, and so would hold most of a
// photo that is to be shed. A message that is read gets a window of its own length.
const Window = 64 << 10

// Receive reads the message of a gRPC call, whose client may have sent no more than Window of it
// so far.
func (r *Receiver) Receive(ctx context.Context, stream Stream, c *call.Call, into proto.Message) *providers.Error {
	limit := r.limitArrival(ctx, stream, c)
	data, refused := readMessage(ctx, stream, &c.Permit, limit)
	if r.arrived(limit) {
		data.Free()
		data, refused = nil, server.TooSlow()
	}
	c.Arrival = time.Since(c.Start)
	if refused != nil {
		return refused
	}
	c.Photos, c.Memory.Memory, refused = message.FromProto(ctx, data, into)
	return refused
}

func readMessage(ctx context.Context, stream Stream, permit *admission.Permit, limit *arrivalLimit) (mem.BufferSlice, *providers.Error) {
	var header [5]byte
	if err := stream.ReadMessageHeader(header[:]); err != nil {
		return nil, notReceived(err)
	}
	length := int(binary.BigEndian.Uint32(header[1:]))
	switch {
	case header[0] > 1:
		return nil, &providers.Error{Reason: providers.MethodUnknown, Message: "the message has an unknown flag"}
	case header[0] == 1 && stream.RecvCompress() != encodingGZIP:
		return nil, &providers.Error{Reason: providers.MethodUnknown, Message: "the message is compressed, but grpc-encoding does not say how"}
	case length > server.MaxMessageBytes:
		return nil, message.TooLarge(server.MaxMessageBytes)
	}
	if shed := permit.Fits(int64(length)); shed != nil {
		return nil, shed
	}
	data, refused := readPieces(stream, length, permit, limit)
	if refused != nil {
		data.Free()
		return nil, refused
	}
	if header[0] == 1 {
		return gunzip(ctx, data, permit)
	}
	return data, nil
}

// readPieces reads a message of that length, and returns what has arrived of one that is
// refused. The first pieces are within the window that any stream has, and are reserved
// when they have arrived; the later ones are reserved before.
func readPieces(stream Stream, length int, permit *admission.Permit, limit *arrivalLimit) (data mem.BufferSlice, refused *providers.Error) {
	var end int
	for n := 0; n < length; n = end {
		switch {
		case n == 0:
			end = min(length, firstPiece)
		case n < server.FirstStep:
			end = min(length, server.FirstStep)
		default:
			end = min(length, server.StepFactor*n)
			if shed := permit.Reserve(int64(end - n)); shed != nil {
				return data, shed
			}
		}
		if end >= firstPiece { // a shorter message has the grace alone
			limit.expect(end)
		}
		piece, err := stream.Read(end - n)
		if err != nil {
			return data, notReceived(err)
		}
		if data == nil {
			data = piece
		} else {
			data = append(data, piece...)
		}
		if n < server.FirstStep {
			if shed := permit.Reserve(int64(end - n)); shed != nil {
				return data, shed
			}
		}
	}
	return data, nil
}

// notReceived says why a message did not arrive.
func notReceived(err error) *providers.Error {
	switch status.Code(err) {
	case codes.DeadlineExceeded:
		return &providers.Error{Reason: providers.DeadlineTooShort}
	case codes.Canceled:
		return &providers.Error{Reason: providers.CallerCancelled}
	default:
		return &providers.Error{Reason: providers.InvalidRequest, Message: "the message did not arrive whole"}
	}
}
