package server

import (
	"net"
	"sync/atomic"
)

// Conn is a connection of a Listener. A nil Conn, of another listener, has no bounds.
type Conn struct {
	net.Conn

	listener *Listener
	address  address

	// awaited counts the calls whose messages have not arrived, served those whose have, and
	// streams the streams of health and reflection.
	awaited, served, streams int
	proven, gone             bool

	use            use
	previous, next *Conn

	// failing counts the RPCs that a handler has ended without an answer and whose status is
	// not written yet.
	failing atomic.Int64

	// request is the message of the current request of an HTTP/1 connection, and unheard says
	// that no handler has seen that request yet. Both belong to the HTTP server.
	request awaited
	unheard bool
}

// CountUnheard counts an HTTP/2 request that no handler sees: see Listener.Unheard.
func (c *Conn) CountUnheard() {
	if c != nil {
		c.listener.unheard.Add(1)
	}
}

// Await lets a call wait for its message, unless too many do already: on this connection, or in
// all and more than a few on this one.
func (c *Conn) Await() bool {
	if c == nil {
		return true
	}
	l := c.listener
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.awaited >= MaxStreams || l.awaited >= ManyAwaited && c.awaited >= FewAwaited {
		return false
	}
	c.await(1)
	return true
}

// Fail notes that a handler ends an RPC without an answer.
func (c *Conn) Fail() {
	if c != nil {
		c.failing.Add(1)
	}
}

// Failed notes that the end of an RPC without an answer is written, and reports whether it was a
// handler that ended it. Only the goroutine that writes calls it.
func (c *Conn) Failed() bool {
	if c.failing.Load() == 0 {
		return false
	}
	c.failing.Add(-1)
	return true
}

// Arrived notes that the message of a waiting call is there.
func (c *Conn) Arrived() {
	if c == nil {
		return
	}
	c.listener.mu.Lock()
	defer c.listener.mu.Unlock()
	c.proven = true
	c.served++
	c.await(-1)
}

// Done notes the end of a call, whether its message arrived or not.
func (c *Conn) Done(arrived bool) {
	if c == nil {
		return
	}
	c.listener.mu.Lock()
	defer c.listener.mu.Unlock()
	if arrived {
		c.served--
		c.changed()
	} else {
		c.await(-1)
	}
}

// OpenStream lets a stream of health or reflection begin, unless too many are open.
func (c *Conn) OpenStream() bool {
	if c == nil {
		return true
	}
	l := c.listener
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.streams >= MaxOtherStreams || l.streams >= MaxOtherStreamsInAll {
		return false
	}
	c.stream(1)
	return true
}

// CloseStream notes the end of such a stream.
func (c *Conn) CloseStream() {
	if c == nil {
		return
	}
	c.listener.mu.Lock()
	defer c.listener.mu.Unlock()
	c.stream(-1)
}

func (c *Conn) stream(n int) {
	c.streams += n
	if !c.gone {
		c.listener.streams += n
	}
}

func (c *Conn) await(n int) {
	c.awaited += n
	if !c.gone {
		c.listener.awaited += n
	}
	c.changed()
}

// changed moves the connection to the end of its use's queue, if its use has changed.
func (c *Conn) changed() {
	now := idle
	switch {
	case c.served > 0:
		now = inUse
	case c.awaited > 0:
		now = receiving
	case !c.proven:
		now = unused
	}
	if c.gone || now == c.use && c.use != inUse {
		return
	}
	c.leave()
	c.use = now
	if now != inUse {
		c.listener.byUse[now].add(c)
	}
}

func (c *Conn) leave() {
	if c.use != inUse {
		c.listener.byUse[c.use].remove(c)
		c.use = inUse
	}
}

// Close is net.Conn's.
func (c *Conn) Close() error {
	c.listener.mu.Lock()
	c.listener.remove(c)
	c.listener.mu.Unlock()
	return c.Conn.Close()
}

// CloseWrite is net.TCPConn's: without it net/http would reset a connection whose client is
// still sending, and the client lose the answer.
func (c *Conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// RemoteAddr is net.Conn's. ConnOf finds the connection by it.
func (c *Conn) RemoteAddr() net.Addr {
	if c == nil {
		return nil
	}
	return c.address
}
