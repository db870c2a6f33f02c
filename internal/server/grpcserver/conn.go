package grpcserver

import (
	"errors"
	"io"
	"net"
	"syscall"

	"google.golang.org/grpc/mem"

	"github.com/liveness-gateway/gateway/internal/server"
)

// listener gives the gRPC library connections that it can read from as it does from those of
// package net: without a buffer that each would hold while it is idle.
type listener struct {
	*server.Listener

	refusals *Refusals
}

// Listen returns the listener for the server to serve. What the library refuses on its
// connections is counted.
func Listen(l *server.Listener, refusals *Refusals) net.Listener { return listener{l, refusals} }

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
	c.watch.refusals, c.watch.from, c.watch.failed = l.refusals, c.RemoteAddr(), c.Failed
	c.readNow = c.readAvailable // made once: it is called for each read
	return c, err
}

type conn struct {
	*server.Conn

	watch watch

	raw syscall.RawConn // nil if there is none
	// The read under way: the library makes one after another.
	readNow func(fd uintptr) bool
	pool    mem.BufferPool
	size    int
	buffer  *[]byte
	n       int
	err     error
}

// Write is net.Conn's. The library writes from one goroutine alone.
func (c *conn) Write(p []byte) (int, error) {
	c.watch.write(p)
	return c.Conn.Write(p)
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
		switch {
		case errors.Is(c.err, syscall.EINTR):
			continue
		case errors.Is(c.err, syscall.EAGAIN):
			c.pool.Put(c.buffer)
			c.buffer = nil
			return false
		default:
			return true
		}
	}
}
