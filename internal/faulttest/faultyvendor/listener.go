package faultyvendor

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

// listener is the listening socket of a vendor, which can be closed and opened again at
// the same address, and the connections that it accepted. It is safe for concurrent use.
type listener struct {
	address string
	serve   func(net.Listener) error

	mu          sync.Mutex
	socket      *net.TCPListener // nil while closed
	gate        *gate            // nil while connections reach the server
	connections map[net.Conn]struct{}
}

// gate keeps connections from the server.
type gate struct {
	// queue leaves them in the accept queue; otherwise they are accepted and get no
	// answer.
	queue  bool
	opened chan struct{}
}

// newListener returns the closed listener of a server, for a free port of loopback.
func newListener(serve func(net.Listener) error) *listener {
	return &listener{address: "127.0.0.1:0", serve: serve, connections: map[net.Conn]struct{}{}}
}

// open listens, and serves until close. After a close an outgoing connection can hold the
// port for a moment.
func (l *listener) open() error {
	const patience = 5 * time.Second
	opened, err := net.Listen("tcp", l.address)
	for began := time.Now(); errors.Is(err, syscall.EADDRINUSE) && time.Since(began) < patience; {
		time.Sleep(10 * time.Millisecond)
		opened, err = net.Listen("tcp", l.address)
	}
	if err != nil {
		return err
	}
	l.address = opened.Addr().String()
	socket, _ := opened.(*net.TCPListener)
	l.mu.Lock()
	l.socket = socket
	l.mu.Unlock()
	go func() { _ = l.serve(&gatedListener{socket, l}) }() // ends when the socket is closed
	return nil
}

// close refuses connections from now on; those that are open stay.
func (l *listener) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.socket != nil {
		_ = l.socket.Close()
		l.socket = nil
	}
}

// block puts the gate before the server until unblock takes it away.
func (l *listener) block(queue bool) (unblock func()) {
	g := &gate{queue: queue, opened: make(chan struct{})}
	l.setGate(g)
	return func() {
		l.setGate(nil)
		close(g.opened)
	}
}

func (l *listener) setGate(g *gate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gate = g
}

// disconnect closes every open connection, idle or not.
func (l *listener) disconnect() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.connections {
		if secure, ok := c.(*tls.Conn); ok {
			c = secure.NetConn() // closing the other would wait for the peer
		}
		_ = c.Close()
	}
}

// track is the server's http.Server.ConnState.
func (l *listener) track(c net.Conn, state http.ConnState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch state {
	case http.StateNew:
		l.connections[c] = struct{}{}
	case http.StateClosed, http.StateHijacked:
		delete(l.connections, c)
	default:
	}
}

// hold keeps a connection open and never answers, until the peer or disconnect ends it.
func (l *listener) hold(c net.Conn) {
	l.track(c, http.StateNew)
	_, _ = io.Copy(io.Discard, c)
	l.track(c, http.StateClosed)
	_ = c.Close()
}

// gatedListener gives the server the connections that the gate lets pass.
type gatedListener struct {
	*net.TCPListener
	of *listener
}

// Accept returns the next connection that passes the gate.
func (l *gatedListener) Accept() (net.Conn, error) {
	for {
		c, err := l.TCPListener.Accept()
		if err != nil {
			return nil, err
		}
		l.of.mu.Lock()
		g := l.of.gate
		l.of.mu.Unlock()
		if g == nil {
			return c, nil
		}
		go l.of.hold(c)
		if g.queue {
			<-g.opened
		}
	}
}

const (
	shortQueue = 0
	usualQueue = 4096
)

// resizeQueue sets how many connections wait to be accepted; 0 leaves room for one.
func (l *listener) resizeQueue(length int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	raw, err := l.socket.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = syscall.Listen(int(fd), length) }); err != nil {
		return err
	}
	return failed
}

// fillQueue connects until the queue is full, and returns the connections to close then.
func (l *listener) fillQueue() ([]net.Conn, error) {
	// A dial that takes much longer than those before it, twice in a row, found no room:
	// one alone may have come while the server took its last connection.
	const most, enough, timesLonger = 20, 2, 10
	longest := 10 * time.Millisecond
	var fillers []net.Conn
	failures := 0
	for range most {
		began := time.Now()
		dialer := net.Dialer{Timeout: timesLonger * longest}
		c, err := dialer.Dial("tcp", l.address)
		if err == nil {
			longest = max(longest, time.Since(began))
			fillers, failures = append(fillers, c), 0
			continue
		}
		failures++
		if failures == enough {
			return fillers, nil
		}
	}
	return fillers, errors.New("the accept queue does not fill up")
}
