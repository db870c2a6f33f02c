package server_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/server/grpcserver"
)

// closed reports whether the other side ends the connection within a moment.
func closed(conn net.Conn) bool {
	_ = conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	for {
		if _, err := conn.Read(make([]byte, 512)); err != nil {
			timeout, ok := err.(net.Error) //nolint:errorlint // of this read
			return !ok || !timeout.Timeout()
		}
	}
}

// accepted is a listener of so many connections, and how to connect to it.
func accepted(t *testing.T, most int) (l *server.Listener, connect func() (client net.Conn, conn *server.Conn)) {
	t.Helper()
	l = server.NewListener(listen(t), most)
	t.Cleanup(func() { _ = l.Close() })
	return l, func() (net.Conn, *server.Conn) {
		client := dial(t, l.Addr().String())
		conn, err := l.Accept()
		require.NoError(t, err)
		return client, conn.(*server.Conn)
	}
}

// At the bound, connections leave in this order: those on which no message ever arrived,
// idle ones, those that wait for one; of each, the oldest.
func TestWhichConnectionLeaves(t *testing.T) {
	l, connect := accepted(t, 6)
	clients := make([]net.Conn, 6)
	conns := make([]*server.Conn, 6)
	for i := range clients {
		clients[i], conns[i] = connect()
	}
	message := func(c *server.Conn) { require.True(t, c.Await()); c.Arrived() }
	message(conns[0]) // being served
	require.True(t, conns[1].Await())
	message(conns[3])
	message(conns[2])
	conns[3].Done(true) // idle
	conns[2].Done(true) // idle since later
	for _, leaves := range []int{4, 5, 3, 2, 1} {
		_, next := connect()
		require.True(t, closed(clients[leaves]), leaves)
		message(next)
	}
	require.False(t, closed(clients[0]))
	open, left, refused := l.Connections()
	require.Equal(t, []int{6, 5, 0}, []int{open, int(left), int(refused)})

	// All are in use now: nobody else gets in, until one is not.
	late := dial(t, l.Addr().String())
	next := make(chan net.Conn)
	go func() { conn, _ := l.Accept(); next <- conn }()
	require.True(t, closed(late))
	_, _, refused = l.Connections()
	require.Equal(t, int64(1), refused)
	conns[0].Done(true)
	dial(t, l.Addr().String())
	require.NotNil(t, <-next)
	require.True(t, closed(clients[0]))
}

// However connections are used and closed, the counts come out even.
func TestConnectionsAreCounted(t *testing.T) {
	l, connect := accepted(t, 8)
	var users sync.WaitGroup
	for i := range uint64(200) {
		_, conn := connect()
		users.Go(func() {
			random := rand.New(rand.NewPCG(i, 1))
			for range random.IntN(20) {
				streaming := random.IntN(2) == 0 && conn.OpenStream()
				if conn.Await() {
					arrived := random.IntN(2) == 0
					if arrived {
						conn.Arrived()
					}
					conn.Done(arrived)
				}
				if streaming {
					conn.CloseStream()
				}
			}
			_ = conn.Close()
		})
	}
	users.Wait()
	open, _, _ := l.Connections()
	require.Zero(t, open)
	for range server.MaxOtherStreamsInAll / server.MaxOtherStreams {
		_, conn := connect()
		for range server.MaxOtherStreams {
			require.True(t, conn.OpenStream())
		}
		require.False(t, conn.OpenStream())
		_ = conn.Close()
	}
}

// Where many messages are awaited in all, a connection may await a few, whether it came before
// or after; as soon as there are fewer, any number that a connection may have again.
func TestAwaitedMessagesAreFewInAll(t *testing.T) {
	l, connect := accepted(t, 1000)
	awaits := func(c *server.Conn) (n int) {
		for c.Await() {
			n++
			require.LessOrEqual(t, n, server.MaxStreams)
		}
		return n
	}
	var conns []*server.Conn
	for range server.ManyAwaited / server.MaxStreams {
		_, conn := connect()
		require.Equal(t, server.MaxStreams, awaits(conn))
		conns = append(conns, conn)
	}
	_, last := connect()
	require.Equal(t, server.ManyAwaited%server.MaxStreams, awaits(last))
	require.Equal(t, server.ManyAwaited, l.Awaited())
	for n := range 50 {
		_, conn := connect()
		require.Equal(t, server.FewAwaited, awaits(conn))
		require.Equal(t, server.ManyAwaited+(n+1)*server.FewAwaited, l.Awaited())
		conn.Arrived()
		require.True(t, conn.Await(), "in the place of one that has arrived")
		require.False(t, conn.Await())
		conns = append(conns, conn)
	}
	for _, conn := range conns {
		_ = conn.Close()
	}
	require.Equal(t, server.ManyAwaited%server.MaxStreams, l.Awaited())
	_, conn := connect()
	require.Equal(t, server.MaxStreams, awaits(conn))
}

// A call beyond what may be awaited is shed and says so. On virtual time no call is refused for its
// slowness meanwhile.
func TestCallsBeyondWhatIsAwaitedAreShed(t *testing.T) {
	d := newDispatcher(t)
	synctest.Test(t, func(t *testing.T) {
		wires := newPipes()
		listener := server.NewListener(wires, 1000)
		grpcServer, _ := grpcserver.New(d, grpcserver.Options{})
		go func() { _ = grpcServer.Serve(listener) }()
		defer grpcServer.Stop()
		begin := func(streams int) net.Conn {
			conn, err := wires.Dial(t.Context(), "", "")
			require.NoError(t, err)
			go func() { _ = beginBare(http2.NewFramer(conn, nil), conn, issueMethod, streams) }()
			return conn
		}
		for range server.ManyAwaited/server.MaxStreams + 1 {
			conn := begin(server.MaxStreams)
			go func() { _, _ = io.Copy(io.Discard, conn) }()
			synctest.Wait()
		}
		require.Equal(t, server.ManyAwaited, listener.Awaited())
		conn := begin(server.FewAwaited + 1)
		got := trailers(conn)
		require.Equal(t, "14", got["grpc-status"])
		require.Contains(t, got["grpc-message"], "too many calls without a message")
		go func() { _, _ = io.Copy(io.Discard, conn) }()
		synctest.Wait()
		require.Equal(t, server.ManyAwaited+server.FewAwaited, listener.Awaited())
	})
}

// Idle connections beyond the bound keep nobody out.
func TestIdleConnectionsGiveWay(t *testing.T) {
	const most = 32
	g := startBounded(t, issues, most)
	drain(t, g)
	for _, address := range []string{g.restAddress, g.grpcAddress} {
		first := dial(t, address)
		for range 5 * most {
			dial(t, address)
		}
		require.True(t, closed(first))
		for range 3 {
			require.NotNil(t, g.overREST(t, small()).response)
			require.NotNil(t, g.overGRPC(t, small()).response)
			g.client.CloseIdleConnections()
		}
		_, err := healthpb.NewHealthClient(g.conn).Check(t.Context(), &healthpb.HealthCheckRequest{})
		require.NoError(t, err)
	}
}

// A call under way, whose connection is quiet, keeps it.
func TestServedConnectionsStay(t *testing.T) {
	const most = 8
	b := &busy{begun: make(chan chan struct{})}
	b.gateway = startBounded(t, b.issue, most)
	release := b.hold(t, 2, b.overREST, small())
	releaseToo := b.hold(t, 1, b.overGRPC, small())
	for range 5 * most {
		dial(t, b.restAddress)
		dial(t, b.grpcAddress)
	}
	time.Sleep(20 * time.Millisecond)
	release()
	releaseToo()
}

// A connection by which a chunked body came is closed behind it: a Content-Length beside it,
// which net/http does not tell of, may mean that what follows is another's.
func TestSmuggledRequests(t *testing.T) {
	g := start(t, issues)
	drain(t, g)
	chunked := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(goodBody), goodBody)
	const smuggled = "GET /healthz HTTP/1.1\r\nHost: g\r\n\r\n"
	for name, c := range map[string]struct {
		headers, body string
		answered      bool
	}{
		"content-length and chunked":       {"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", chunked, true},
		"chunked and content-length":       {"Transfer-Encoding: chunked\r\nContent-Length: 6\r\n", chunked, true},
		"chunked":                          {"Transfer-Encoding: chunked\r\n", chunked, true},
		"two content-lengths":              {"Content-Length: 24\r\nContent-Length: 6\r\n", goodBody, false},
		"two codings":                      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", chunked, false},
		"another coding":                   {"Transfer-Encoding: xchunked\r\n", chunked, false},
		"a list of codings":                {"Transfer-Encoding: gzip, chunked\r\n", chunked, false},
		"a blank before the colon":         {"Transfer-Encoding : chunked\r\n", chunked, false},
		"a content-length with a sign":     {"Content-Length: +24\r\n", goodBody, false},
		"a vertical tab before the coding": {"Transfer-Encoding: \vchunked\r\n", chunked, false},
		"HTTP/1.0 and chunked":             {"Transfer-Encoding: chunked\r\nContent-Length: 24\r\nX-Version: 1.0\r\n", goodBody, true},
	} {
		t.Run(name, func(t *testing.T) {
			version := "HTTP/1.1"
			if strings.Contains(c.headers, "X-Version: 1.0") {
				version = "HTTP/1.0"
			}
			conn := dial(t, g.restAddress)
			_, err := io.WriteString(conn, "POST "+tokensPath+" "+version+"\r\nHost: g\r\nContent-Type: application/json\r\n"+c.headers+"\r\n"+c.body+smuggled)
			require.NoError(t, err)
			reader := bufio.NewReader(conn)
			answer, err := http.ReadResponse(reader, nil)
			require.NoError(t, err)
			_, err = io.Copy(io.Discard, answer.Body)
			require.NoError(t, err)
			_ = answer.Body.Close()
			require.Equal(t, c.answered, answer.StatusCode == http.StatusOK, "%d", answer.StatusCode)
			require.True(t, answer.Close)
			_, err = http.ReadResponse(reader, nil) //nolint:bodyclose // there is none
			require.Error(t, err, "the smuggled request was answered")
		})
	}
}
