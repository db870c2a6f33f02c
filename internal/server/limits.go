package server

import (
	"fmt"
	"time"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// What one message may be.
const (
	// MaxMessageBytes is the contract's limit; larger messages are refused with
	// REQUEST_TOO_LARGE.
	MaxMessageBytes = 21 << 20
	// MaxHeaderBytes bounds the header of a call, or its metadata.
	MaxHeaderBytes = 16 << 10
)

// How a message may arrive. What arrives too slowly is refused with INVALID_REQUEST.
const (
	// ArrivalGrace is the time after which bytes must have arrived at ArrivalRate. A lost
	// packet is sent again after a second.
	ArrivalGrace = 2 * time.Second
	// ArrivalRate is the slowest rate in bytes a second, over all of the time after
	// ArrivalGrace.
	ArrivalRate = 8 << 10
	// BodyTimeLimit is what the largest body takes at 8 Mbit/s. No message may take longer.
	BodyTimeLimit = 30 * time.Second
	// FirstStep is how much of a message is read before any of it is reserved. Later, as
	// much is reserved and read at once as has arrived before: what a client has announced
	// and not sent holds no more than what it has sent.
	FirstStep = 64 << 10
)

// ArriveBy returns by when a message that began to be read must have arrived up to so many
// bytes.
func ArriveBy(begun time.Time, bytes int) time.Time {
	return begun.Add(min(BodyTimeLimit, ArrivalGrace+time.Duration(bytes)*time.Second/ArrivalRate))
}

// TooSlow is the failure of a message that arrives too slowly.
func TooSlow() *providers.Error {
	return &providers.Error{Reason: providers.InvalidRequest, Message: fmt.Sprintf(
		"the message arrives too slowly: at least %d KiB a second after %v, and all of it within %v",
		ArrivalRate>>10, ArrivalGrace, BodyTimeLimit)}
}

// What one connection may do.
const (
	// MaxConnectionAge makes clients reconnect, and so rebalance.
	MaxConnectionAge = 10 * time.Minute
	// headerTimeLimit bounds how long the header of an HTTP request may take.
	headerTimeLimit = 5 * time.Second
	// idleTimeLimit is when an HTTP connection without requests is closed.
	idleTimeLimit = 2 * time.Minute
	// answerTimeLimit bounds an HTTP request from the end of its header to that of its
	// answer: the body, the call and five seconds in which the caller reads.
	answerTimeLimit = BodyTimeLimit + call.MaxDeadline + 5*time.Second
)

// HeaderRequestID carries the gateway's id of the call in every answer; over gRPC it is
// in the trailer of one that failed.
const HeaderRequestID = "x-request-id"

// MetadataAttempts is where a client says how often it has sent the call before; gRPC
// libraries set it when they retry (gRFC A6, "Exposed Retry Metadata"). HTTP has none for
// it, so REST takes the same.
const MetadataAttempts = "grpc-previous-rpc-attempts"
