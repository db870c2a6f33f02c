package server

import (
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/status"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// inbound is a received message, or why it was refused.
type inbound struct {
	message *livenessv1.IssueLivenessTokenRequest
	refused *providers.Error
}

// codec is the library's proto codec, except that it never fails on an inbound
// message: the library would answer the failure itself, in its own words and unseen
// by the interceptors.
type codec struct{ encoding.CodecV2 }

// Unmarshal decodes data into v.
func (c codec) Unmarshal(data mem.BufferSlice, v any) error {
	received, ok := v.(*inbound)
	if !ok {
		return c.CodecV2.Unmarshal(data, v)
	}
	if data.Len() > maxMessageBytes {
		received.refused = tooLarge(maxMessageBytes)
	} else if err := c.CodecV2.Unmarshal(data, received.message); err != nil {
		received.refused = &providers.Error{
			Reason: providers.InvalidRequest, Message: "not a valid IssueLivenessTokenRequest message",
		}
	}
	return nil
}

func tooLarge(limit int) *providers.Error {
	return &providers.Error{Reason: providers.RequestTooLarge, Message: fmt.Sprintf("at most %d MiB", limit>>20)}
}

// refusedByLibrary names, for metrics and log, what the library has answered already.
func refusedByLibrary(err error) *providers.Error {
	switch status.Code(err) {
	case codes.ResourceExhausted:
		return tooLarge(maxMessageBytes)
	case codes.Canceled:
		return &providers.Error{Reason: providers.CallerCancelled}
	case codes.DeadlineExceeded:
		return &providers.Error{Reason: providers.DeadlineTooShort}
	default:
		return &providers.Error{Reason: providers.InvalidRequest, Message: "the message did not arrive whole"}
	}
}
