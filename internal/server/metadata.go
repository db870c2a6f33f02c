package server

import "github.com/liveness-gateway/gateway/internal/call"

// HeaderRequestID carries the gateway's id of the call in every answer; over gRPC it is
// in the trailer of one that failed.
const HeaderRequestID = "x-request-id"

// MetadataAttempts is where a client says how often it has sent the call before; gRPC
// libraries set it when they retry (gRFC A6, "Exposed Retry Metadata"). HTTP has none for
// it, so REST takes the same.
const MetadataAttempts = "grpc-previous-rpc-attempts"

// Resent reports whether the client says that it has sent the call before.
func Resent(m call.Metadata) bool {
	attempts := m.Values(MetadataAttempts)
	return len(attempts) > 0 && attempts[0] != "" && attempts[0] != "0"
}
