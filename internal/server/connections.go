package server

import (
	"net"
	"sync"
	"sync/atomic"
)

// Listener bounds the number of open connections, because vendors' connections need descriptors
// too. At the bound a new connection replaces the one that is needed least; a client loses
// nothing with an idle one. golang.org/x/net/netutil.LimitListener would block instead, so that
// whoever came first could keep everybody else out.
//
// The servers tell it through Conn what its connections are doing.
type Listener struct {
	net.Listener

	most int

	// mu guards the fields below, and those of the connections.
	mu      sync.Mutex
	open    int
	awaited int
	streams int
	// byUse are the open connections that may be closed, by use; within one, the first to have
	// come to it is closed first.
	byUse [inUse]queue

	closed, refused atomic.Int64
	// unheard counts the requests that no handler saw: net/http refused their head, or the
	// connection ended within it.
	unheard atomic.Int64
}

// use is what a connection is doing. Those of a lower use are closed first.
type use uint8

const (
	unused    use = iota // no message has arrived on it yet
	idle                 // no message is on its way
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

// Awaited returns how many calls are waiting for their messages. Beyond ManyAwaited a connection
// may have only FewAwaited.
func (l *Listener) Awaited() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.awaited
}

// Unheard returns how many HTTP requests no handler saw, because net/http refused their head or
// it did not come whole.
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

// admit makes room for a connection, or returns nil if no other may be closed for it.
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
