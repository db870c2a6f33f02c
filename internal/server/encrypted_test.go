package server_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/peer"

	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/certtest"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/server/rest"
	"github.com/liveness-gateway/gateway/internal/server/secure"
)

// encrypted is the TLS of listeners, and of who calls them. Nil is plaintext.
type encrypted struct {
	authority *certtest.Authority
	server    certtest.Pair
	// clients are the authorities of clients, nil if none are asked who they are.
	clients  atomic.Pointer[x509.CertPool]
	required bool
	failures secure.Failures

	client *tls.Config
}

func encrypting(t *testing.T) *encrypted {
	t.Helper()
	e := &encrypted{authority: certtest.New(t)}
	e.server = e.authority.Issue(t, certtest.Leaf{})
	e.client = &tls.Config{RootCAs: e.authority.Pool()}
	return e
}

func (e *encrypted) over(l *server.Listener, protocols []string) net.Listener {
	if e == nil {
		return l
	}
	pair, err := tls.X509KeyPair(e.server.Certificate, e.server.Key)
	if err != nil {
		panic(err)
	}
	return secure.Listen(l, func() *tls.Config {
		return secure.Config(pair, e.clients.Load(), e.required, protocols)
	}, &e.failures)
}

func (e *encrypted) credentials() credentials.TransportCredentials {
	if e == nil {
		return insecure.NewCredentials()
	}
	return credentials.NewTLS(e.client)
}

func (e *encrypted) transport() *http.Transport {
	if e == nil {
		return &http.Transport{}
	}
	return &http.Transport{TLSClientConfig: e.client.Clone(), ForceAttemptHTTP2: true}
}

func (e *encrypted) scheme() string {
	if e == nil {
		return "http"
	}
	return "https"
}

// dial returns a connection whose handshake is done.
func (e *encrypted) dial(t *testing.T, address, protocol string) net.Conn {
	t.Helper()
	config := e.client.Clone()
	config.ServerName, config.NextProtos = "localhost", []string{protocol}
	conn := tls.Client(dial(t, address), config)
	require.NoError(t, conn.Handshake())
	require.Equal(t, protocol, conn.ConnectionState().NegotiatedProtocol)
	return conn
}

// failed returns how many handshakes have failed for the reason, once any has.
func (e *encrypted) failed(t *testing.T, reason string) {
	t.Helper()
	require.Eventually(t, func() bool { return e.failures.Counts()[reason] > 0 }, time.Minute, time.Millisecond,
		"%s, but %v", reason, e.failures.Counts())
}

func startEncrypted(t *testing.T, i issuer, connections int, e *encrypted) *gateway {
	t.Helper()
	g := &gateway{connections: connections, encrypted: e}
	g.start(t, i, newKeeper(t), admission.Limits{})
	return g
}

// Calls of every size come through, and whoever called is known by the certificate.
func TestEncryptedCalls(t *testing.T) {
	e := encrypting(t)
	e.clients.Store(e.authority.Pool())
	e.required = true
	const id = "spiffe://cluster.test/ns/shop/sa/web"
	e.client.Certificates = []tls.Certificate{e.authority.Issue(t, certtest.Leaf{Names: []string{id}, Client: true}).TLS(t)}
	seen := make(chan *tls.ConnectionState, 1)
	g := startEncrypted(t, func(ctx context.Context, q *routing.Query) (*routing.Outcome, error) {
		if p, ok := peer.FromContext(ctx); ok {
			if info, ok := p.AuthInfo.(credentials.TLSInfo); ok {
				seen <- &info.State
			}
		}
		return issues(ctx, q)
	}, 100, e)
	drain(t, g)
	require.NotNil(t, g.overGRPC(t, small()).response)
	state := <-seen
	require.Equal(t, id, state.PeerCertificates[0].URIs[0].String())
	require.Len(t, state.VerifiedChains, 1)
	for _, size := range []int{100, 100 << 10, 5 << 20} {
		require.NotNil(t, g.overGRPC(t, photosOf(size)).response)
		<-seen
		require.NotNil(t, g.overREST(t, photosOf(size)).response)
	}
}

// The REST listener speaks HTTP/2 or HTTP/1.1, as ALPN says, and shows handlers the verified
// certificate in either.
func TestEncryptedHTTP(t *testing.T) {
	e := encrypting(t)
	e.clients.Store(e.authority.Pool())
	e.client.Certificates = []tls.Certificate{e.authority.Issue(t, certtest.Leaf{Names: []string{"shop.test"}, Client: true}).TLS(t)}
	s := server.NewHTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto+" "+r.TLS.NegotiatedProtocol+" "+r.TLS.VerifiedChains[0][0].DNSNames[0])
	}), nil)
	server.ServeHTTP2(s)
	l := server.NewListener(listen(t), 10)
	go func() { _ = s.Serve(rest.Listen(e.over(l, secure.HTTP12).(*secure.Listener))) }()
	t.Cleanup(func() { _ = s.Close() })
	for _, c := range []struct {
		http2 bool
		want  string
	}{{true, "HTTP/2.0 h2 shop.test"}, {false, "HTTP/1.1  shop.test"}} {
		transport := e.transport()
		transport.ForceAttemptHTTP2 = c.http2
		answer, err := (&http.Client{Transport: transport}).Get("https://" + l.Addr().String())
		require.NoError(t, err)
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, c.want, string(body))
		transport.CloseIdleConnections()
	}
}

// Idle connections beyond the bound keep nobody out, whether their handshake is done or not;
// served ones stay.
func TestEncryptedConnectionsGiveWay(t *testing.T) {
	const most = 16
	e := encrypting(t)
	b := &busy{begun: make(chan chan struct{})}
	b.gateway = startEncrypted(t, b.issue, most, e)
	for address, protocol := range map[string]string{b.restAddress: "h2", b.grpcAddress: "h2"} {
		send := b.overREST
		if address == b.grpcAddress {
			send = b.overGRPC
		}
		release := b.hold(t, 2, send, small())
		first := dial(t, address)
		idle := e.dial(t, address, protocol)
		for range 3 * most {
			dial(t, address)
		}
		require.True(t, closed(first))
		require.True(t, closed(idle))
		for range 3 * most {
			e.dial(t, address, protocol)
		}
		release()
		b.hold(t, 1, send, small())()
	}
	e.failed(t, "gave_way")
}

// As many calls as a connection of HTTP/2 may have wait for their bodies at once, and all are
// answered.
func TestCallsAtOnceOverHTTP2(t *testing.T) {
	e := encrypting(t)
	g := startEncrypted(t, issues, 1000, e)
	drain(t, g)
	answers := make(chan int, server.MaxStreams)
	var bodies []*io.PipeWriter
	for range server.MaxStreams {
		body, writer := io.Pipe()
		bodies = append(bodies, writer)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+g.restAddress+tokensPath, body)
		require.NoError(t, err)
		request.Header.Set("Content-Type", "application/json")
		go func() {
			answer, err := g.client.Do(request)
			if err != nil {
				answers <- 0
				return
			}
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
			answers <- answer.StatusCode
		}()
	}
	for _, writer := range bodies {
		go func() {
			_, _ = io.WriteString(writer, goodBody)
			_ = writer.Close()
		}()
	}
	for range server.MaxStreams {
		require.Equal(t, http.StatusOK, <-answers)
	}
}

// A flood of frames is read slowly, and its connection closed.
func TestFloodsOverHTTP2(t *testing.T) {
	e := encrypting(t)
	g := startEncrypted(t, issues, 100, e)
	drain(t, g)
	for _, address := range []string{g.restAddress, g.grpcAddress} {
		conn := e.dial(t, address, "h2")
		require.NoError(t, conn.SetDeadline(time.Now().Add(time.Minute)))
		_, err := io.WriteString(conn, http2.ClientPreface)
		require.NoError(t, err)
		framer := http2.NewFramer(conn, nil)
		require.NoError(t, framer.WriteSettings())
		go func() { _, _ = io.Copy(io.Discard, conn) }()
		begun := time.Now()
		for err == nil {
			err = framer.WriteSettings()
		}
		require.Less(t, time.Since(begun), 50*time.Second)
		require.NotNil(t, g.overREST(t, small()).response)
	}
	require.Equal(t, int64(1), g.refusals.Counts()["too_many_frames"])
	require.Equal(t, int64(1), g.unheard())
}

// Frames of plaintext HTTP/2 are not taken where they were not asked for.
func TestNoHTTP2InPlaintext(t *testing.T) {
	g := start(t, issues)
	conn := dial(t, g.restAddress)
	_, err := io.WriteString(conn, http2.ClientPreface)
	require.NoError(t, err)
	answer, err := io.ReadAll(conn)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(answer), "HTTP/1.1 4") || strings.HasPrefix(string(answer), "HTTP/1.1 505"), "%s", answer)
}

// A shed call ends no connection of HTTP/2, and the calls beside it go on.
func TestShedOverHTTP2(t *testing.T) {
	e := encrypting(t)
	b := &busy{begun: make(chan chan struct{})}
	b.gateway = &gateway{connections: 100, encrypted: e}
	b.start(t, b.issue, newKeeper(t), admission.Limits{MaxPhotoBytes: 10 << 20})
	release := b.hold(t, 1, b.overREST, photosOf(7<<20))
	for range 3 {
		b.requireShed(t, b.overREST(t, photosOf(4<<20)), "too many photos at once")
	}
	release()
}
