package redis_test

import (
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// proxy passes bytes on until it is frozen: then nothing comes through, and no connection
// is closed.
type proxy struct {
	address string
	thaw    sync.RWMutex
}

func newProxy(t *testing.T, to string) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &proxy{address: listener.Addr().String()}
	var running sync.WaitGroup
	var mu sync.Mutex
	var open []net.Conn
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
			mu.Lock()
			open = append(open, client, server)
			mu.Unlock()
			running.Go(func() { p.pass(client, server) })
			running.Go(func() { p.pass(server, client) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		mu.Lock()
		for _, conn := range open {
			_ = conn.Close()
		}
		mu.Unlock()
		running.Wait()
	})
	return p
}

func (p *proxy) pass(from, to net.Conn) {
	defer func() { _, _ = from.Close(), to.Close() }()
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
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
