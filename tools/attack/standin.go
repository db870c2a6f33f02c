package main

import (
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox"
)

// goodVendor is the stand-in behind the good caller's calls.
type goodVendor struct {
	url    string
	server *http.Server
	mu     sync.Mutex
	open   map[net.Conn]bool
}

func startGoodVendor() (*goodVendor, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	v := &goodVendor{url: "http://" + listener.Addr().String(), open: map[net.Conn]bool{}}
	v.server = &http.Server{
		Handler: sandbox.NewMegvii(sandbox.Options{}), ReadHeaderTimeout: time.Minute,
		ErrorLog: log.New(io.Discard, "", 0), ConnState: v.track,
	}
	go func() { _ = v.server.Serve(listener) }()
	return v, nil
}

func (v *goodVendor) track(c net.Conn, state http.ConnState) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if state == http.StateClosed {
		delete(v.open, c)
		return
	}
	v.open[c] = true
}

// disconnect closes all connections. None must be in use.
func (v *goodVendor) disconnect() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for c := range v.open {
		_ = c.Close()
	}
}

func (v *goodVendor) close() { _ = v.server.Close() }
