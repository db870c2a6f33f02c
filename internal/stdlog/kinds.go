package stdlog

import "strings"

// other is the kind of every message that is not known. Its first words may be what
// somebody sent.
const other = "other"

// kinds are the messages that are known, by what they begin with up to where the first
// value stands. Of two that begin alike the longer comes first.
var kinds = []string{
	// net/http, its transport
	"Unsolicited response received on idle HTTP channel",
	"RoundTripper returned a response & error",
	"Error enabling Transport HTTP/2 support",
	"Transport: unhandled response frame type",
	"protocol error: received",
	// net/http, its server
	"http: TLS handshake error",
	"http: Accept error",
	"http: panic serving",
	"http: superfluous response.WriteHeader call",
	"http: response.WriteHeader on hijacked connection",
	"http: response.Write on hijacked connection",
	"http: invalid Content-Length",
	"http: WriteHeader called with both Transfer-Encoding",
	"http: URL query contains semicolon",
	"http2: panic serving",
	"http2: server connection error",
	"http2: server closing client connection",
	"http2: server: error reading preface from client",
	"http2: Transport received unsolicited DATA frame",
	"http2: header list too large",
	"http2: invalid header",
	"http2: invalid pseudo headers",
	"http2: received GOAWAY",
	"timeout waiting for SETTINGS frames",
	"timeout waiting for PING response",
	// grpc-go
	"grpc: Server.Serve failed to create ServerTransport",
	"grpc: Server.RegisterService",
	"grpc: Server.processUnaryRPC failed to write status",
	"grpc: Server.handleStream failed to write status",
	"grpc: server failed to encode response",
	"grpc: addrConn.createTransport failed to connect",
	"Failed to decode metadata header",
	"Failed to marshal rpc status",
	"Failed to start resolver",
	"Header list size to send",
	"Encountered http2.StreamError",
	"Encountered error while encoding headers",
	"Unsupported codec",
	"Client received GoAway with error code ENHANCE_YOUR_CALM",
	"Closing connection since the server is not reading",
	"unexpected error while reading Data frame payload",
	"stream: failed to validate md when setting trailer",
	// go-redis
	"redis: connection pool: failed to dial",
	"redis: connection pool: failed to get a usable connection",
	"redis: all nodes are marked as failed",
	"redis: pings to all nodes are failing",
	"redis: failed to close",
	"sentinel: new master",
	"sentinel: discovered new sentinel",
	"sentinel: selected addr",
	"sentinel: GetMasterAddrByName",
	"sentinel: Sentinels master",
	"sentinel: Replicas master",
	"cluster: slots",
	"Conn has unread data",
	// OpenTelemetry
	"spans were not sent",
	"traces export",
	"failed to upload traces",
}

// kindOf returns what a message begins with if it is known. What grpc-go puts before its
// messages in brackets, the component and the channel, is passed over.
func kindOf(message string) string {
	for strings.HasPrefix(message, "[") {
		_, rest, found := strings.Cut(message, "]")
		if !found {
			return other
		}
		message = strings.TrimLeft(rest, " ")
	}
	for _, kind := range kinds {
		if strings.HasPrefix(message, kind) {
			return kind
		}
	}
	return other
}
