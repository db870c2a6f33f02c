package redis_test

import (
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// proxy passes bytes on until it is frozen: then nothing comes through, and no connection
// is closed.
type proxy struct {
	address string
	thaw    sync.RWMutex
	// reads are the pieces that came from clients.
	reads atomic.Int64

	mu   sync.Mutex
	open []net.Conn
}

func newProxy(t *testing.T, to string) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &proxy{address: listener.Addr().String()}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.DialTimeout("tcp", to, time.Second)
			if err != nil {
				_ = client.Close()
				continue
			}
			p.mu.Lock()
			p.open = append(p.open, client, server)
			p.mu.Unlock()
			running.Go(func() { p.pass(client, server, &p.reads) })
			running.Go(func() { p.pass(server, client, new(atomic.Int64)) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		p.cut()
		running.Wait()
	})
	return p
}

// cut closes all connections that are open.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, conn := range p.open {
		_ = conn.Close()
	}
	p.open = nil
}

func (p *proxy) pass(from, to net.Conn, pieces *atomic.Int64) {
	defer func() { _, _ = from.Close(), to.Close() }()
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		pieces.Add(1)
		p.thaw.RLock()
		_, err = to.Write(buffer[:n])
		p.thaw.RUnlock()
		if err != nil {
			return
		}
	}
}

func (p *proxy) freeze(frozen bool) {
	if frozen {
		p.thaw.Lock()
	} else {
		p.thaw.Unlock()
	}
}
