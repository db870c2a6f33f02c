package server_test

import (
	"context"
	"net"
	"sync/atomic"
)

// pipes is a listener without a network, so that time can be virtual.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	dialed atomic.Int32
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Dial(context.Context, string, string) (net.Conn, error) {
	client, remote := net.Pipe()
	p.dialed.Add(1)
	p.conns <- remote
	return client, nil
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	close(p.closed)
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes", Net: "unix"} }
