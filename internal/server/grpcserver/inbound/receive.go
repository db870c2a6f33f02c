// Package inbound reads the message of a call from the gRPC library's stream, piece by piece and
// bounded in time. It alone uses methods that the library does not promise. It must not know
// services, nor what becomes of a message.
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

// Stream is what a gRPC call's message is read from. Reading it ourselves, a message can be
// refused by its length before it has arrived. The library's own reader takes any message up to
// its limit, and refuses others itself, unseen by the interceptors.
//
// The library's streams have these methods, although grpc.ServerTransportStream does not promise
// them. If an update changes them, every test over gRPC fails.
type Stream interface {
	// ReadMessageHeader reads the five bytes before a message: whether it is
	// compressed, and its length.
	ReadMessageHeader(header []byte) error
	// Read returns the next n bytes. Until then the client may not send more than the stream's
	// window.
	Read(n int) (mem.BufferSlice, error)
	// RecvCompress returns what grpc-encoding says.
	RecvCompress() string
	// WriteStatus ends the stream, and with it a waiting read.
	WriteStatus(*status.Status) error
	SetTrailer(metadata.MD) error
}

// firstPiece is how much of a message is read at first. A message that is announced and never sent
// is given up a second after the grace.
const firstPiece = server.ArrivalRate

// Window is how much of a message a client may send before the gateway reads it: the least that Go's
// HTTP/2 servers allow. The library would let it grow to 16 MiB, and so hold most of a photo that is
// about to be shed. Once a message is being read, its window is its length.
const Window = 64 << 10

// Receive reads the message of a gRPC call. The client can have sent no more than Window of it so
// far.
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

// readPieces reads a message of that length. If it refuses it, it returns what has arrived so that
// the buffers can be freed. The first pieces fit into any stream's window and are reserved once
// they have arrived; later ones are reserved before they are read.
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
		if end >= firstPiece { // a shorter message must arrive within the grace
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
