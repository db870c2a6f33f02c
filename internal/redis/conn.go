package redis

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"
)

// lately is how long after a read a connection is assumed to be alive. If it is not, that costs a
// second try, which is made anyway.
const lately = 10 * time.Millisecond

// conn is a connection without TLS. Before each use go-redis checks by system calls whether it is
// alive. conn spares them if it was read lately, unless another connection has broken since: those
// of a server that ends break together.
type conn struct {
	*net.TCPConn

	// broken counts the client's connections that broke; brokenThen is what it was when this one
	// was last read.
	broken     *atomic.Int64
	read       time.Time
	brokenThen int64
}

func (c *conn) lives() bool {
	return time.Since(c.read) < lately && c.brokenThen == c.broken.Load()
}

// Read notes when something came.
func (c *conn) Read(b []byte) (int, error) {
	broken := c.broken.Load()
	n, err := c.TCPConn.Read(b)
	if n > 0 {
		c.read, c.brokenThen = time.Now(), broken
	}
	c.note(err)
	return n, err
}

// Write is net.Conn's.
func (c *conn) Write(b []byte) (int, error) {
	n, err := c.TCPConn.Write(b)
	c.note(err)
	return n, err
}

func (c *conn) note(err error) {
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		c.broken.Add(1)
	}
}

// SetDeadline leaves deadlines to SetReadDeadline and SetWriteDeadline, which follow.
func (c *conn) SetDeadline(t time.Time) error {
	if t.IsZero() && c.lives() {
		return nil
	}
	return c.TCPConn.SetDeadline(t)
}

// SyscallConn returns the system's connection, or one that does not call the system.
func (c *conn) SyscallConn() (syscall.RawConn, error) {
	if c.lives() {
		return spared{}, nil
	}
	return c.TCPConn.SyscallConn()
}

// spared is a syscall.RawConn that does not call the system.
type spared struct{ syscall.RawConn }

// Read finds nothing.
func (spared) Read(func(fd uintptr) (done bool)) error { return nil }
