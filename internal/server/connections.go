package server

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
)

// Listener accepts no more connections than a bound. At the bound a new one takes the place
// of the connection that is needed least: descriptors are for vendors too, and idle
// connections cost their clients nothing. golang.org/x/net/netutil.LimitListener would
// block there, and so let whoever came first keep everybody else out.
//
// What its connections are doing is told by the servers, through Conn.
type Listener struct {
	net.Listener

	most int

	// mu guards what is below, and all of the connections' own but what net.Conn has.
	mu      sync.Mutex
	open    int
	awaited int
	streams int
	// byUse are the open connections that may be closed, in the order in which they came
	// to their use.
	byUse [inUse]queue

	closed, refused atomic.Int64
	// unheard are the requests whose head net/http refused, or that ended in it.
	unheard atomic.Int64
}

// use is what a connection is open for. One of a lower use is closed first.
type use uint8

const (
	unused    use = iota // no message has arrived on it yet
	idle                 // none is on its way
	receiving            // one is awaited
	inUse                // a call is being served: it is not closed
)

// NewListener bounds the connections of a listener.
func NewListener(listener net.Listener, most int) *Listener {
	return &Listener{Listener: listener, most: most}
}

// Connections returns how many connections are open, how many were closed for others, and
// how many were refused because none could be.
func (l *Listener) Connections() (open int, closed, refused int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open, l.closed.Load(), l.refused.Load()
}

// Most returns how many connections may be open.
func (l *Listener) Most() int { return l.most }

// Awaited returns how many calls there are whose messages have not arrived. Beyond ManyAwaited
// a connection may have only FewAwaited.
func (l *Listener) Awaited() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.awaited
}

// Unheard returns how many HTTP requests had a head that net/http refused, or that did not come
// whole: no handler has heard of them.
func (l *Listener) Unheard() int64 { return l.unheard.Load() }

// Accept is net.Listener's. Its connections are *Conn.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		accepted, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if conn := l.admit(accepted); conn != nil {
			return conn, nil
		}
		_ = accepted.Close()
	}
}

// admit makes room for a connection, or returns nil if there is none.
func (l *Listener) admit(accepted net.Conn) *Conn {
	l.mu.Lock()
	var leaves *Conn
	if l.open >= l.most {
		if leaves = l.oldest(); leaves == nil {
			l.mu.Unlock()
			l.refused.Add(1)
			return nil
		}
		l.remove(leaves)
	}
	conn := &Conn{Conn: accepted, listener: l, use: inUse}
	conn.address = address{accepted.RemoteAddr(), conn}
	l.open++
	conn.changed()
	l.mu.Unlock()
	if leaves != nil {
		l.closed.Add(1)
		_ = leaves.Conn.Close()
	}
	return conn
}

// oldest returns the connection that is needed least.
func (l *Listener) oldest() *Conn {
	for i := range l.byUse {
		if first := l.byUse[i].first; first != nil {
			return first
		}
	}
	return nil
}

// remove forgets a connection, once.
func (l *Listener) remove(c *Conn) {
	if c.gone {
		return
	}
	c.gone = true
	c.leave()
	l.open--
	l.awaited -= c.awaited
	l.streams -= c.streams
}

// Conn is a connection of a Listener. A nil Conn, of another listener, has no bounds.
type Conn struct {
	net.Conn

	listener *Listener
	address  address

	// awaited and served are the calls whose messages have not arrived and have, streams
	// the streams of other services.
	awaited, served, streams int
	proven, gone             bool

	use            use
	previous, next *Conn

	// failing are the RPCs that handlers have ended before an answer of theirs began, and of
	// which nothing was written yet.
	failing atomic.Int64

	// request is the message of the request under way, of a server that serves one after
	// another. It is that server's, as is unheard: of a request whose head has begun no handler
	// has heard.
	request awaited
	unheard bool
}

// CountUnheard counts requests of HTTP/2 that no handler hears of, as Unheard does.
func (c *Conn) CountUnheard() {
	if c != nil {
		c.listener.unheard.Add(1)
	}
}

// Await has a call wait for its message, unless too many do already: on this connection, or
// on all of them and more than a few on this one.
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

// Fail tells that a handler ends an RPC before an answer of it began.
func (c *Conn) Fail() {
	if c != nil {
		c.failing.Add(1)
	}
}

// Failed tells that such an end is written, and reports whether it is a handler's. One
// goroutine writes.
func (c *Conn) Failed() bool {
	if c.failing.Load() == 0 {
		return false
	}
	c.failing.Add(-1)
	return true
}

// Arrived has the call be served.
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

// Done ends a call, whose message has arrived or not.
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

// OpenStream has a stream of another service begin, unless too many are open.
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

// CloseStream ends it.
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

// changed puts the connection behind the others of its use, if that has changed.
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

// address is the client's, and the connection that it has.
type address struct {
	net.Addr

	conn *Conn
}

// ConnOf returns the connection that has the address, nil if it is of another listener.
// gRPC shows handlers no more than the address.
func ConnOf(remote net.Addr) *Conn {
	a, _ := remote.(address)
	return a.conn
}

// PeerOf returns the address at the other end of a connection over TCP; not valid if it is
// of another kind.
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

// queue is a list of connections, the oldest first.
type queue struct{ first, last *Conn }

func (q *queue) add(c *Conn) {
	c.previous, c.next = q.last, nil
	if q.last == nil {
		q.first = c
	} else {
		q.last.next = c
	}
	q.last = c
}

func (q *queue) remove(c *Conn) {
	if c.previous == nil {
		q.first = c.next
	} else {
		c.previous.next = c.next
	}
	if c.next == nil {
		q.last = c.previous
	} else {
		c.next.previous = c.previous
	}
	c.previous, c.next = nil, nil
}
