// Package wire is what is below the gRPC library: connections, their buffers and TLS. It also watches
// what the library writes, to count what it refuses. It must not know calls.
package wire

import (
	"errors"
	"io"
	"net"
	"sync/atomic"
	"syscall"

	"google.golang.org/grpc/mem"

	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/server/frames"
)

// listener gives the gRPC library connections from which it can read as from those of package net:
// without a buffer that an idle connection would hold.
type listener struct {
	net.Listener

	refusals *Refusals
}

// Listen wraps the listener for the gRPC server: a server.Listener, or one that decrypts its
// connections. Refusals counts what the library refuses on them, and the cost of their frames is
// bounded.
func Listen(l net.Listener, refusals *Refusals) net.Listener { return listener{l, refusals} }

// Accept is net.Listener's.
func (l listener) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: accepted}
	if bounded, ok := accepted.(*server.Conn); ok {
		if socket, ok := bounded.Conn.(syscall.Conn); ok {
			c.raw, err = socket.SyscallConn()
		}
	} else {
		c.first = make([]byte, firstBytes)
	}
	c.watch.refusals, c.watch.from, c.watch.failed = l.refusals, c.RemoteAddr(), server.ConnOf(c.RemoteAddr()).Failed
	c.readNow = c.readAvailable // made once: it is called for each read
	return frames.NewConn(c, func() { l.refusals.Add(tooManyFrames, c.RemoteAddr()) }), err
}

type conn struct {
	net.Conn

	watch watch

	raw syscall.RawConn // nil if there is none
	// first is the small buffer with which a read waits if there is no raw; more says that the
	// last read filled its buffer.
	first []byte
	more  bool
	// The current read: the library makes one at a time.
	readNow func(fd uintptr) bool
	pool    mem.BufferPool
	size    int
	buffer  *[]byte
	n       int
	err     error
}

// firstBytes is about what a small call's frames take.
const firstBytes = 512

// NetConn returns the connection below.
func (c *conn) NetConn() net.Conn { return c.Conn }

// TakeRefusedStreams returns how many streams the library has refused since it was last asked.
func (c *conn) TakeRefusedStreams() int64 { return c.watch.refused.Swap(0) }

// EndedStreams counts the streams that the library has ended.
func (c *conn) EndedStreams() *atomic.Int64 { return &c.watch.ended }

// Write is net.Conn's. The library writes from one goroutine alone.
func (c *conn) Write(p []byte) (int, error) {
	c.watch.write(p)
	return c.Conn.Write(p)
}

// ReadOnReady waits until there is something to read, and only then takes a buffer from the pool.
// The library looks for this method, and has its own only for net.TCPConn. If an update no longer
// looks for it, connections are read in the ordinary way.
func (c *conn) ReadOnReady(size int, pool mem.BufferPool) (*[]byte, int, error) {
	c.pool, c.size = pool, size
	if c.raw == nil {
		c.readDecrypted()
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

// readDecrypted reads from a connection that cannot say when there is something to read: it waits
// with a few bytes of its own, and takes a buffer only when they have arrived.
func (c *conn) readDecrypted() {
	if c.more || c.size < len(c.first) {
		c.buffer = c.pool.Get(c.size)
		c.n, c.err = c.Read(*c.buffer)
		c.more = c.n == len(*c.buffer)
		return
	}
	c.n, c.err = c.Read(c.first)
	c.more = c.n == len(c.first)
	c.buffer = c.pool.Get(c.size)
	copy(*c.buffer, c.first[:c.n])
}
