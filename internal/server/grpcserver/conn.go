package grpcserver

import (
	"io"
	"net"
	"syscall"

	"google.golang.org/grpc/mem"

	"github.com/liveness-gateway/gateway/internal/server"
)

// listener gives the gRPC library connections that it can read from as it does from those of
// package net: without a buffer that each would hold while it is idle.
type listener struct{ *server.Listener }

// Listen returns the listener for the server to serve.
func Listen(l *server.Listener) net.Listener { return listener{l} }

// Accept is net.Listener's.
func (l listener) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: accepted.(*server.Conn)}
	if socket, ok := c.Conn.Conn.(syscall.Conn); ok {
		c.raw, err = socket.SyscallConn()
	}
	c.readNow = c.readAvailable // made once: it is called for each read
	return c, err
}

type conn struct {
	*server.Conn

	raw syscall.RawConn // nil if there is none
	// The read under way: the library makes one after another.
	readNow func(fd uintptr) bool
	pool    mem.BufferPool
	size    int
	buffer  *[]byte
	n       int
	err     error
}

// ReadOnReady waits until there is something to read, and only then takes a buffer from the
// pool to read it into. The library looks for this method, which it has itself for
// net.TCPConn alone; an update that does not reads as from any other connection.
func (c *conn) ReadOnReady(size int, pool mem.BufferPool) (*[]byte, int, error) {
	c.pool, c.size = pool, size
	if c.raw == nil {
		c.buffer = pool.Get(size)
		c.n, c.err = c.Read(*c.buffer)
	} else if err := c.raw.Read(c.readNow); err != nil {
		return nil, 0, err
	}
	buffer, n, err := c.buffer, c.n, c.err
	c.buffer = nil
	if n == 0 && err == nil {
		err = io.EOF
	}
	if err != nil {
		pool.Put(buffer)
		return nil, 0, err
	}
	return buffer, n, nil
}

// readAvailable reads what there is, and reports false if there is nothing.
func (c *conn) readAvailable(fd uintptr) bool {
	c.buffer = c.pool.Get(c.size)
	for {
		c.n, c.err = syscall.Read(int(fd), *c.buffer)
		switch c.err { //nolint:errorlint // a system call's own
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
			c.pool.Put(c.buffer)
			c.buffer = nil
			return false
		}
		return true
	}
}
