package server

import (
	"crypto/tls"
	"net"
	"net/netip"
)

// address is the client's address together with its connection.
type address struct {
	net.Addr

	conn *Conn
}

// ConnOf returns the connection with the address, nil if it comes from no Listener. The address
// is all that gRPC shows to handlers.
func ConnOf(remote net.Addr) *Conn {
	a, _ := remote.(address)
	return a.conn
}

// PeerOf returns the address at the other end of a TCP connection. It is not valid for one of
// another kind.
func PeerOf(remote net.Addr) netip.AddrPort {
	if a, ok := remote.(address); ok {
		remote = a.Addr
	}
	tcp, ok := remote.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	peer := tcp.AddrPort()
	return netip.AddrPortFrom(peer.Addr().Unmap(), peer.Port())
}

// TLSStateOf returns the state of the TLS connection that a connection is or wraps, nil if it is
// in plaintext.
func TLSStateOf(conn net.Conn) *tls.ConnectionState {
	for {
		if encrypted, ok := conn.(*tls.Conn); ok {
			state := encrypted.ConnectionState()
			return &state
		}
		wrapped, ok := conn.(interface{ NetConn() net.Conn })
		if !ok {
			return nil
		}
		conn = wrapped.NetConn()
	}
}
