package vendors

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox"
)

// Answer writes a hostile answer, of which the usual one is a part. It ends when the
// connection does, at the latest.
type Answer func(conn io.Writer, usual []byte)

// hostileEvery is the share of a hostile vendor's answers that are hostile: so few that no
// breaker opens, which would end the attack.
const hostileEvery = 4

// Hostile is the server behind the attackers' calls.
type Hostile struct {
	// Address is where it listens.
	Address  string
	listener net.Listener
	standIn  http.Handler
	answer   Answer

	mu       sync.Mutex
	open     map[net.Conn]bool
	requests int
}

// StartHostile begins to serve. Of every few answers one is this, or none if it is nil.
func StartHostile(answer Answer) (*Hostile, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	v := &Hostile{
		Address: listener.Addr().String(), listener: listener, answer: answer,
		standIn: sandbox.NewLinkface(sandbox.Options{}), open: map[net.Conn]bool{},
	}
	go v.serve()
	return v, nil
}

// serve accepts until the listener is closed.
func (v *Hostile) serve() {
	for {
		conn, err := v.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			v.track(conn, true)
			go v.converse(conn)
		}
	}
}

func (v *Hostile) track(conn net.Conn, open bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if open {
		v.open[conn] = true
	} else {
		delete(v.open, conn)
	}
}

// Disconnect closes all connections.
func (v *Hostile) Disconnect() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for conn := range v.open {
		_ = conn.Close()
	}
}

// Close ends it and all connections.
func (v *Hostile) Close() {
	_ = v.listener.Close()
	v.Disconnect()
}

// idleLimit is how long a connection may be without a request.
const idleLimit = 2 * time.Second

// converse answers a connection's requests to its end.
func (v *Hostile) converse(conn net.Conn) {
	defer v.track(conn, false)
	defer func() { _ = conn.Close() }()
	for in := bufio.NewReader(conn); ; {
		// Connections that the gateway keeps for later calls would not be at rest.
		_ = conn.SetReadDeadline(time.Now().Add(idleLimit))
		request, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		recorder := httptest.NewRecorder()
		v.standIn.ServeHTTP(recorder, request)
		_, _ = io.Copy(io.Discard, request.Body)
		usual := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
			recorder.Body.Len(), recorder.Body)
		if v.hostile() {
			v.answer(conn, usual)
			return
		}
		if _, err := conn.Write(usual); err != nil {
			return
		}
	}
}

// hostile reports whether it is the turn of a hostile answer.
func (v *Hostile) hostile() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.requests++
	return v.answer != nil && v.requests%hostileEvery == 0
}
