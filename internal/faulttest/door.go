package faulttest

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

// door is the listening socket of a vendor, which can be shut and opened again at the
// same address, and the connections that came in by it. It is safe for concurrent use.
type door struct {
	address string
	serve   func(net.Listener) error

	mu          sync.Mutex
	listener    *net.TCPListener // nil while shut
	gate        *gate            // nil while connections are let in
	connections map[net.Conn]struct{}
}

// gate keeps connections from the server.
type gate struct {
	// queue leaves them in the accept queue; otherwise they are accepted and get no
	// answer.
	queue  bool
	opened chan struct{}
}

// newDoor returns a shut door to a server on a free port of loopback.
func newDoor(serve func(net.Listener) error) *door {
	return &door{address: "127.0.0.1:0", serve: serve, connections: map[net.Conn]struct{}{}}
}

// open listens, and serves until the door is shut. The port of an open door that was
// shut can be taken for a moment by a connection on its way out.
func (d *door) open() error {
	const patience = 5 * time.Second
	listener, err := net.Listen("tcp", d.address)
	for began := time.Now(); errors.Is(err, syscall.EADDRINUSE) && time.Since(began) < patience; {
		time.Sleep(10 * time.Millisecond)
		listener, err = net.Listen("tcp", d.address)
	}
	if err != nil {
		return err
	}
	d.address = listener.Addr().String()
	tcp, _ := listener.(*net.TCPListener)
	d.mu.Lock()
	d.listener = tcp
	d.mu.Unlock()
	go func() { _ = d.serve(&guarded{tcp, d}) }() // ends when the door is shut
	return nil
}

// shut refuses connections from now on; those that are open stay.
func (d *door) shut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.listener != nil {
		_ = d.listener.Close()
		d.listener = nil
	}
}

// block puts a gate before the server until the returned function takes it away.
func (d *door) block(queue bool) (unblock func()) {
	g := &gate{queue: queue, opened: make(chan struct{})}
	d.setGate(g)
	return func() {
		d.setGate(nil)
		close(g.opened)
	}
}

func (d *door) setGate(g *gate) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gate = g
}

// disconnect ends every open connection, idle or not.
func (d *door) disconnect() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for c := range d.connections {
		if secure, ok := c.(*tls.Conn); ok {
			c = secure.NetConn() // closing the other would wait for the peer
		}
		_ = c.Close()
	}
}

// note is the server's http.Server.ConnState.
func (d *door) note(c net.Conn, state http.ConnState) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch state {
	case http.StateNew:
		d.connections[c] = struct{}{}
	case http.StateClosed, http.StateHijacked:
		delete(d.connections, c)
	default:
	}
}

// hold keeps a connection open, without an answer, until the peer ends it or disconnect
// does.
func (d *door) hold(c net.Conn) {
	d.note(c, http.StateNew)
	_, _ = io.Copy(io.Discard, c)
	d.note(c, http.StateClosed)
	_ = c.Close()
}

// guarded is a listener that lets connections pass as its door says.
type guarded struct {
	*net.TCPListener
	door *door
}

// Accept returns the next connection that is let in.
func (l *guarded) Accept() (net.Conn, error) {
	for {
		c, err := l.TCPListener.Accept()
		if err != nil {
			return nil, err
		}
		l.door.mu.Lock()
		g := l.door.gate
		l.door.mu.Unlock()
		if g == nil {
			return c, nil
		}
		go l.door.hold(c)
		if g.queue {
			<-g.opened
		}
	}
}

const (
	fullQueue  = 0
	usualQueue = 4096
)

// resizeQueue sets how many connections wait to be accepted; 0 leaves room for one.
func (d *door) resizeQueue(length int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	raw, err := d.listener.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = syscall.Listen(int(fd), length) }); err != nil {
		return err
	}
	return failed
}

// fillQueue connects until nobody gets in, and returns what is to be closed. One failure
// is not enough: the server may just be about to take its last connection.
func (d *door) fillQueue() ([]net.Conn, error) {
	const most, enough = 20, 2
	dialer := net.Dialer{Timeout: 100 * time.Millisecond}
	var fillers []net.Conn
	failures := 0
	for range most {
		c, err := dialer.Dial("tcp", d.address)
		if err == nil {
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
