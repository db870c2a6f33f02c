package main

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/certtest"
	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/gateway"
	"github.com/liveness-gateway/gateway/internal/telemetry"
	"github.com/liveness-gateway/gateway/internal/telemetry/accesslog"
)

// safe is a gateway that listens everywhere, by the lines of the README.
type safe struct {
	config.Listen

	authority *certtest.Authority
	folder    string
	log       *lockedBuffer
}

// readmeLines are those that make a listener safe.
func readmeLines(t *testing.T) string {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	lines := regexp.MustCompile("(?s)\n```yaml\n(listen:\n.*?)```\n").FindSubmatch(readme)
	require.NotNil(t, lines)
	require.Equal(t, 10, strings.Count(string(lines[1]), "\n"))
	return string(lines[1])
}

func startSafe(t *testing.T, vendor string) *safe {
	t.Helper()
	t.Setenv("TEST_KEY", "test-key-5127")
	t.Setenv("TEST_SECRET", "test-secret-5127")
	s := &safe{authority: certtest.New(t), folder: t.TempDir(), log: &lockedBuffer{}}
	writeCertificates(t, filepath.Join(s.folder, "tls"), s.authority)
	lines := regexp.MustCompile(`":\d+"`).ReplaceAllString(readmeLines(t), `":0"`) // free ones
	_, others, _ := strings.Cut(vendorConfig, "\nshutdown_grace:")
	text := lines + "shutdown_grace:" + strings.ReplaceAll(others, "URL", vendor)
	cfg, err := parseConfig(filepath.Join(s.folder, "gateway.yaml"), []byte(text))
	require.NoError(t, err)
	g, err := gateway.New(cfg, accesslog.NewLogger(zapcore.Lock(zapcore.AddSync(s.log)), zap.InfoLevel), telemetry.ReadBuild())
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }()
	t.Cleanup(func() { stop(); require.NoError(t, <-ended) })
	s.Listen = g.Addresses()
	return s
}

// client has a certificate of that authority, none if it is nil.
func (s *safe) client(t *testing.T, of *certtest.Authority) *tls.Config {
	t.Helper()
	c := &tls.Config{RootCAs: s.authority.Pool(), ServerName: "localhost"}
	if of != nil {
		c.Certificates = []tls.Certificate{of.Issue(t, certtest.Leaf{Names: []string{"spiffe://test/shop"}, Client: true}).TLS(t)}
	}
	return c
}

// overGRPC makes a call.
func (s *safe) overGRPC(t *testing.T, client *tls.Config) error {
	t.Helper()
	connection, err := grpc.NewClient(reachable(t, s.GRPC), grpc.WithTransportCredentials(credentials.NewTLS(client)))
	require.NoError(t, err)
	defer func() { _ = connection.Close() }()
	_, err = livenessv1.NewLivenessServiceClient(connection).IssueLivenessToken(t.Context(),
		&livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS})
	return err
}

// overHTTP makes a request, and returns the version that the answer came by.
func overHTTP(t *testing.T, client *tls.Config, method, url, body string) (proto string, status int, err error) {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: client, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	answer, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return "", 0, err
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.Proto, answer.StatusCode, answer.Body.Close()
}

// reachable is an address that listens everywhere as a client dials it.
func reachable(t *testing.T, address string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	return net.JoinHostPort("127.0.0.1", port)
}

// The ten lines of the README let callers with a certificate in, and nobody else.
func TestReadmeLinesAreSafe(t *testing.T) {
	s := startSafe(t, digits(t))
	rest := "https://" + reachable(t, s.REST) + "/v1/liveness-tokens"
	const body = `{"flow":"FLOW_SPOKEN_DIGITS"}`
	require.NoError(t, s.overGRPC(t, s.client(t, s.authority)))
	proto, status, err := overHTTP(t, s.client(t, s.authority), http.MethodPost, rest, body)
	require.NoError(t, err)
	require.Equal(t, "HTTP/2.0", proto)
	require.Equal(t, http.StatusOK, status)

	for name, of := range map[string]*certtest.Authority{"no certificate": nil, "another authority's": certtest.New(t)} {
		require.Error(t, s.overGRPC(t, s.client(t, of)), name)
		_, _, err := overHTTP(t, s.client(t, of), http.MethodPost, rest, body)
		require.Error(t, err, name)
	}
	_, status, err = overHTTP(t, nil, http.MethodPost, strings.Replace(rest, "https:", "http:", 1), body)
	require.NoError(t, err)
	require.Equal(t, http.StatusBadRequest, status, "plaintext")

	admin := "https://" + reachable(t, s.Admin)
	for path, want := range map[string]int{"/metrics": 200, "/readyz": 200, "/healthz": 200, "/routes": 403} {
		_, status, err := overHTTP(t, s.client(t, nil), http.MethodGet, admin+path, "")
		require.NoError(t, err)
		require.Equal(t, want, status, path)
	}
	require.Regexp(t, `^127\.0\.0\.1:`, s.Operator)
	require.NotContains(t, s.log.String(), "a library reports")
}

// Certificates that Kubernetes swaps are used by new connections, while calls on those that
// are open go on.
func TestCertificatesAreSwapped(t *testing.T) {
	s := startSafe(t, digits(t))
	client := s.client(t, s.authority)
	open, err := grpc.NewClient(reachable(t, s.GRPC), grpc.WithTransportCredentials(credentials.NewTLS(client)))
	require.NoError(t, err)
	defer func() { _ = open.Close() }()
	call := func() error {
		_, err := livenessv1.NewLivenessServiceClient(open).IssueLivenessToken(t.Context(),
			&livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS})
		return err
	}
	require.NoError(t, call())
	next := certtest.New(t)
	writeCertificates(t, filepath.Join(s.folder, "tls"), next)
	require.Eventually(t, func() bool { // the listeners for calls and the one for operators, whichever looks first
		return strings.Count(s.log.String(), "changed certificate files are in use") == 2
	}, time.Minute, 10*time.Millisecond)
	require.NoError(t, call(), "on the connection that is open")
	require.Error(t, s.overGRPC(t, client), "the authority has been withdrawn")
	s.authority = next
	require.NoError(t, s.overGRPC(t, s.client(t, next)))
}
