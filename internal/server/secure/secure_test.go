package secure_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/liveness-gateway/gateway/internal/certtest"
	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/server/secure"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// served is a listener whose connections are greeted.
type served struct {
	*secure.Listener

	authority *certtest.Authority
	failures  secure.Failures
	logged    atomic.Int64
}

// serve accepts connections of the listener until the end of the test. change, which may be
// nil, changes what a handshake is done by.
func serve(t *testing.T, l net.Listener, protocols []string, change func(*tls.Config)) *served {
	t.Helper()
	s := &served{authority: certtest.New(t)}
	s.failures.Log = func(string, int64, net.Addr) { s.logged.Add(1) }
	config := secure.Config(s.authority.Issue(t, certtest.Leaf{}).TLS(t), s.authority.Pool(), true, protocols)
	if change != nil {
		change(config)
	}
	s.Listener = secure.Listen(server.NewListener(l, 10_000), func() *tls.Config { return config }, &s.failures)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := s.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, "hello")
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = s.Close(); <-ended })
	return s
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return l
}

func (s *served) dial(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(time.Minute)))
	return conn
}

// client is who is let in.
func (s *served) client(t *testing.T) *tls.Config {
	t.Helper()
	return &tls.Config{
		ServerName: "localhost", RootCAs: s.authority.Pool(), NextProtos: []string{"h2"},
		Certificates: []tls.Certificate{s.authority.Issue(t, certtest.Leaf{Client: true}).TLS(t)},
	}
}

// greeted reports whether the client is let in.
func greeted(conn net.Conn, config *tls.Config) bool {
	greeting, err := io.ReadAll(tls.Client(conn, config))
	return err == nil && string(greeting) == "hello"
}

// Why a handshake fails is counted by a closed list, whatever version the client speaks.
func TestHandshakes(t *testing.T) {
	other := certtest.New(t)
	shows := func(issue func(*certtest.Authority) certtest.Pair) func(*testing.T, *served, *tls.Config) {
		return func(t *testing.T, s *served, config *tls.Config) {
			t.Helper()
			config.Certificates = []tls.Certificate{issue(s.authority).TLS(t)}
		}
	}
	for name, c := range map[string]struct {
		client func(t *testing.T, s *served, config *tls.Config)
		reason string
	}{
		"good":           {func(*testing.T, *served, *tls.Config) {}, ""},
		"no certificate": {func(_ *testing.T, _ *served, config *tls.Config) { config.Certificates = nil }, "no_certificate"},
		"expired": {shows(func(a *certtest.Authority) certtest.Pair {
			return a.Issue(t, certtest.Leaf{Client: true, NotAfter: time.Now().Add(-time.Minute)})
		}), "certificate_expired"},
		"not yet valid": {shows(func(a *certtest.Authority) certtest.Pair {
			return a.Issue(t, certtest.Leaf{Client: true, NotBefore: time.Now().Add(time.Hour)})
		}), "certificate_expired"},
		"another authority's": {shows(func(*certtest.Authority) certtest.Pair { return other.Issue(t, certtest.Leaf{Client: true}) }), "certificate_unknown_authority"},
		"a server's":          {shows(func(a *certtest.Authority) certtest.Pair { return a.Issue(t, certtest.Leaf{}) }), "certificate_invalid"},
		"does not trust us":   {func(_ *testing.T, _ *served, config *tls.Config) { config.RootCAs = other.Pool() }, "refused_by_client"},
		"another name":        {func(_ *testing.T, _ *served, config *tls.Config) { config.ServerName = "gateway.example" }, "refused_by_client"},
		"HTTP/1.1 alone":      {func(_ *testing.T, _ *served, config *tls.Config) { config.NextProtos = []string{"http/1.1"} }, "no_common_protocol"},
		"no ALPN":             {func(_ *testing.T, _ *served, config *tls.Config) { config.NextProtos = nil }, "no_common_protocol"},
		"another protocol":    {func(_ *testing.T, _ *served, config *tls.Config) { config.NextProtos = []string{"imap"} }, "no_common_protocol"},
	} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run(name+", "+tls.VersionName(version), func(t *testing.T) {
				s := serve(t, listen(t), secure.HTTP2, nil)
				config := s.client(t)
				config.MaxVersion = version
				c.client(t, s, config)
				require.Equal(t, c.reason == "", greeted(s.dial(t), config))
				s.failedBy(t, c.reason)
			})
		}
	}
}

// Where a certificate is optional, one that is shown must verify nevertheless.
func TestOptionalCertificates(t *testing.T) {
	other := certtest.New(t)
	for name, c := range map[string]struct {
		shows  func(a *certtest.Authority) []tls.Certificate
		reason string
	}{
		"none": {func(*certtest.Authority) []tls.Certificate { return nil }, ""},
		"good": {func(a *certtest.Authority) []tls.Certificate {
			return []tls.Certificate{a.Issue(t, certtest.Leaf{Client: true}).TLS(t)}
		}, ""},
		"another authority's": {func(*certtest.Authority) []tls.Certificate {
			return []tls.Certificate{other.Issue(t, certtest.Leaf{Client: true}).TLS(t)}
		}, "certificate_unknown_authority"},
		"expired": {func(a *certtest.Authority) []tls.Certificate {
			return []tls.Certificate{a.Issue(t, certtest.Leaf{Client: true, NotAfter: time.Now().Add(-time.Minute)}).TLS(t)}
		}, "certificate_expired"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, listen(t), secure.HTTP2, func(config *tls.Config) {
				config.ClientAuth = secure.Config(config.Certificates[0], config.ClientCAs, false, config.NextProtos).ClientAuth
			})
			config := s.client(t)
			certificates := c.shows(s.authority)
			config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
				if len(certificates) == 0 {
					return &tls.Certificate{}, nil
				}
				return &certificates[0], nil // whichever authorities are asked for
			}
			require.Equal(t, c.reason == "", greeted(s.dial(t), config))
			s.failedBy(t, c.reason)
		})
	}
}

// failedBy waits for a failure and requires that it is the only one.
func (s *served) failedBy(t *testing.T, reason string) {
	t.Helper()
	if reason != "" {
		require.Eventually(t, func() bool { return s.failures.Counts()[reason] == 1 }, time.Minute, time.Millisecond, "%v", s.failures.Counts())
		require.Equal(t, int64(1), s.logged.Load())
	}
	for other, n := range s.failures.Counts() {
		require.True(t, other == reason || n == 0, "%s: %d", other, n)
	}
}

// Old versions and weak suites are refused.
func TestOldClients(t *testing.T) {
	for name, change := range map[string]func(*tls.Config){
		"TLS 1.1": func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 },
		"no forward secrecy": func(c *tls.Config) {
			c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256}
		},
		"CBC": func(c *tls.Config) {
			c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, listen(t), secure.HTTP2, nil)
			config := s.client(t)
			change(config)
			require.False(t, greeted(s.dial(t), config))
			s.failedBy(t, "no_common_protocol")
		})
	}
}

// Who speaks no TLS is told so, if it may be read.
func TestNoTLS(t *testing.T) {
	for sent, answer := range map[string]string{
		"GET / HTTP/1.1\r\nHost: g\r\n\r\n":    "HTTP/1.0 400 Bad Request\r\n",
		"POST /v1 HTTP/1.1\r\nHost: g\r\n\r\n": "HTTP/1.0 400 Bad Request\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n":     "",
		"\x00\x01\x02\x03\x04\x05\x06\x07":     "",
	} {
		s := serve(t, listen(t), secure.HTTP12, nil)
		conn := s.dial(t)
		_, err := io.WriteString(conn, sent)
		require.NoError(t, err)
		got, _ := io.ReadAll(conn) // alerts may come behind, and a reset
		if answer != "" {
			require.Contains(t, string(got), answer)
			require.Contains(t, string(got), "https")
		}
		s.failedBy(t, "not_tls")
	}
	s := serve(t, listen(t), secure.HTTP2, nil)
	conn := s.dial(t)
	require.NoError(t, conn.Close())
	s.failedBy(t, "client_left")
}

// Handshakes that do not go on hold up nobody, and end after their time.
func TestSlowHandshakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := pipes{make(chan net.Conn), make(chan struct{})}
		s := serve(t, l, secure.HTTP2, nil)
		begun := time.Now()
		slow := l.dial()
		for range 10 {
			config := s.client(t)
			config.Time = time.Now
			require.True(t, greeted(l.dial(), config))
		}
		require.Equal(t, begun, time.Now())
		_, err := io.Copy(io.Discard, slow)
		require.NoError(t, err)
		require.Equal(t, server.HandshakeTimeLimit, time.Since(begun))
		synctest.Wait()
		s.failedBy(t, "too_slow")
	})
}

// Beyond the bound the oldest handshake gives way.
func TestHandshakesBeyondTheBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := pipes{make(chan net.Conn), make(chan struct{})}
		s := serve(t, l, secure.HTTP2, nil)
		first := l.dial()
		synctest.Wait()
		for range server.MaxHandshakes - 1 {
			_ = l.dial()
		}
		synctest.Wait()
		require.Zero(t, s.failures.Counts()["gave_way"])
		require.True(t, greeted(l.dial(), s.client(t)))
		_, err := first.Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF)
		synctest.Wait()
		s.failedBy(t, "gave_way")
	})
}

// A listener that is closed leaves no handshake behind, and counts none as failed.
func TestClosing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := pipes{make(chan net.Conn), make(chan struct{})}
		s := serve(t, l, secure.HTTP2, nil)
		conn := l.dial()
		synctest.Wait()
		require.NoError(t, s.Close())
		_, err := conn.Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF)
		_, err = s.Accept()
		require.ErrorIs(t, err, net.ErrClosed)
		synctest.Wait()
		s.failedBy(t, "")
	})
}

// A session may be resumed, and not past a change of the clients' authorities.
func TestResumption(t *testing.T) {
	old, next := certtest.New(t), certtest.New(t)
	pair := old.Issue(t, certtest.Leaf{}).TLS(t)
	var config atomic.Pointer[tls.Config]
	config.Store(secure.Config(pair, old.Pool(), true, secure.HTTP2))
	var failures secure.Failures
	l := secure.Listen(server.NewListener(listen(t), 10), config.Load, &failures)
	s := &http.Server{Handler: http.NotFoundHandler()}
	resumed := make(chan bool, 1)
	s.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		resumed <- server.TLSStateOf(conn).DidResume
		return ctx
	}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	client := &tls.Config{
		ServerName: "localhost", RootCAs: old.Pool(), NextProtos: []string{"h2"}, ClientSessionCache: tls.NewLRUClientSessionCache(1),
		Certificates: []tls.Certificate{old.Issue(t, certtest.Leaf{Client: true}).TLS(t)},
	}
	call := func() error {
		conn, err := tls.Dial("tcp", l.Addr().String(), client)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close() }()
		_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
		_, err = conn.Read(make([]byte, 1)) // the server's settings, and its tickets
		return err
	}
	require.NoError(t, call())
	require.False(t, <-resumed)
	require.NoError(t, call())
	require.True(t, <-resumed)
	config.Store(secure.Config(pair, next.Pool(), true, secure.HTTP2))
	require.Error(t, call())
	require.Eventually(t, func() bool { return failures.Counts()["certificate_unknown_authority"] == 1 }, time.Minute, time.Millisecond, "%v", failures.Counts())
	require.Empty(t, resumed)
}

// pipes is a listener without a network, so that time can be virtual.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p pipes) dial() net.Conn {
	client, remote := net.Pipe()
	p.conns <- remote
	return client
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error {
	select {
	case <-p.closed:
	default:
		close(p.closed)
	}
	return nil
}

func (pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes", Net: "unix"} }
