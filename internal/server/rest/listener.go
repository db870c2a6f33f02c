package rest

import (
	"crypto/tls"
	"net"

	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/server/frames"
	"github.com/liveness-gateway/gateway/internal/server/secure"
)

// Listen returns the listener for the server to serve, over one of TLS: frames of HTTP/2 are
// bounded as those of gRPC are. server.ServeHTTP2 has the server take them.
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
