package vendors

import (
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox"
)

// Good is the stand-in behind the good caller's calls.
type Good struct {
	// URL is where it listens.
	URL    string
	server *http.Server
	mu     sync.Mutex
	open   map[net.Conn]bool
}

// StartGood begins to serve.
func StartGood() (*Good, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	v := &Good{URL: "http://" + listener.Addr().String(), open: map[net.Conn]bool{}}
	v.server = &http.Server{
		Handler: sandbox.NewMegvii(sandbox.Options{}), ReadHeaderTimeout: time.Minute,
		ErrorLog: log.New(io.Discard, "", 0), ConnState: v.track,
	}
	go func() { _ = v.server.Serve(listener) }()
	return v, nil
}

func (v *Good) track(c net.Conn, state http.ConnState) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if state == http.StateClosed {
		delete(v.open, c)
		return
	}
	v.open[c] = true
}

// Disconnect closes all connections. None must be in use.
func (v *Good) Disconnect() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for c := range v.open {
		_ = c.Close()
	}
}

// Close ends it.
func (v *Good) Close() { _ = v.server.Close() }
