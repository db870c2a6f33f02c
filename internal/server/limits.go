package server

import "time"

const (
	// MaxMessageBytes is the contract's limit; larger messages are refused with
	// REQUEST_TOO_LARGE.
	MaxMessageBytes = 21 << 20
	// MaxHeaderBytes bounds the header of a call, or its metadata.
	MaxHeaderBytes = 16 << 10
	// BodyTimeLimit is what the largest body takes at 8 Mbit/s.
	BodyTimeLimit = 30 * time.Second
	// MaxConnectionAge makes clients reconnect, and so rebalance.
	MaxConnectionAge = 10 * time.Minute
)

// HeaderRequestID carries the gateway's id of the call in every answer; over gRPC it is
// in the trailer of one that failed.
const HeaderRequestID = "x-request-id"

// MetadataAttempts is where a client says how often it has sent the call before; gRPC
// libraries set it when they retry (gRFC A6, "Exposed Retry Metadata"). HTTP has none for
// it, so REST takes the same.
const MetadataAttempts = "grpc-previous-rpc-attempts"
