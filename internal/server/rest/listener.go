package rest

import (
	"crypto/tls"
	"net"

	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/server/frames"
	"github.com/liveness-gateway/gateway/internal/server/secure"
)

// Listen wraps a TLS listener for the REST server, so that HTTP/2 frames are bounded as they are
// for gRPC. The server takes its connections only after server.ServeHTTP2.
func Listen(l *secure.Listener) net.Listener { return listener{l} }

type listener struct{ net.Listener }

// Accept is net.Listener's.
func (l listener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if conn.(*tls.Conn).ConnectionState().NegotiatedProtocol == "h2" {
		return frames.NewConn(conn, server.ConnOf(conn.RemoteAddr()).CountUnheard), nil
	}
	return conn, nil
}
