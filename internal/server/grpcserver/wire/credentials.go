package wire

import (
	"context"
	"errors"
	"net"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/liveness-gateway/gateway/internal/server"
)

// Credentials returns a server's credentials for connections whose TLS handshake the listener has
// done. They show it to handlers as the library's own credentials would.
func Credentials() credentials.TransportCredentials { return handshaken{} }

type handshaken struct{}

// ServerHandshake is credentials.TransportCredentials's.
func (handshaken) ServerHandshake(conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	state := server.TLSStateOf(conn)
	if state == nil {
		return insecure.NewCredentials().ServerHandshake(conn)
	}
	return conn, credentials.TLSInfo{
		State: *state, CommonAuthInfo: credentials.CommonAuthInfo{SecurityLevel: credentials.PrivacyAndIntegrity},
	}, nil
}

// ClientHandshake is credentials.TransportCredentials's.
func (handshaken) ClientHandshake(context.Context, string, net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return nil, nil, errors.New("these are a server's credentials")
}

// Info is credentials.TransportCredentials's.
func (handshaken) Info() credentials.ProtocolInfo { return credentials.ProtocolInfo{} }

// Clone is credentials.TransportCredentials's.
func (handshaken) Clone() credentials.TransportCredentials { return handshaken{} }

// OverrideServerName is credentials.TransportCredentials's.
func (handshaken) OverrideServerName(string) error { return nil }
