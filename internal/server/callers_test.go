package server_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/callers/callerstest"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/server/rest"
	"github.com/liveness-gateway/gateway/internal/settings"
)

// guarded is a gateway with callers. Its REST is served over TLS too, which asks for client
// certificates.
type guarded struct {
	*gateway
	*callerstest.World

	encrypted string // the address of REST over TLS
}

func startGuarded(t *testing.T) *guarded {
	t.Helper()
	g := &guarded{gateway: start(t, issues), World: callerstest.New(t)}
	g.dispatcher.Use(&settings.Settings{Authenticator: g.Authenticator})
	close(g.unobserved)
	s := rest.New(g.dispatcher, &message.Buffers{}, nil, nil)
	s.TLSConfig = &tls.Config{
		Certificates: []tls.Certificate{g.CA.Server(t)}, ClientCAs: g.CA.Pool(), ClientAuth: tls.VerifyClientCertIfGiven, MinVersion: tls.VersionTLS12,
	}
	l := listen(t)
	go func() { _ = s.ServeTLS(l, "", "") }()
	t.Cleanup(func() { _ = s.Close() })
	g.encrypted = l.Addr().String()
	return g
}

// answer is what comes back for what a case shows, but for the id of the call.
type answer struct {
	ok     bool
	status string
	header http.Header
	body   string
}

func (g *guarded) showOverGRPC(ctx context.Context, c *callerstest.Case) answer {
	ctx = metadata.NewOutgoingContext(ctx, metadata.MD{"authorization": c.Authorization})
	var trailer metadata.MD
	_, err := livenessv1.NewLivenessServiceClient(g.conn).IssueLivenessToken(ctx,
		&livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK}, grpc.Trailer(&trailer))
	s := status.Convert(err)
	encoded, _ := proto.MarshalOptions{Deterministic: true}.Marshal(s.Proto())
	id := strings.Join(trailer.Get("x-request-id"), "")
	trailer.Delete("x-request-id")
	trailer.Delete("grpc-status-details-bin") // the status, encoded
	if id != "" {
		encoded = bytes.ReplaceAll(encoded, []byte(id), nil)
	}
	return answer{err == nil, s.Code().String(), http.Header(trailer), string(encoded)}
}

func (g *guarded) showOverREST(ctx context.Context, t *testing.T, c *callerstest.Case) answer {
	t.Helper()
	security := &tls.Config{RootCAs: g.CA.Pool(), MinVersion: tls.VersionTLS12}
	if c.Names != nil {
		security.Certificates = []tls.Certificate{g.CA.Client(t, c.Names...)}
	}
	transport := &http.Transport{TLSClientConfig: security}
	defer transport.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+g.encrypted+tokensPath, strings.NewReader(`{"flow":"FLOW_APP_SDK"}`))
	require.NoError(t, err)
	request.Header["Authorization"] = c.Authorization
	request.Header.Set("Content-Type", "application/json")
	response, err := transport.RoundTrip(request)
	require.NoError(t, err, c.Name)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	id := response.Header.Get("X-Request-Id")
	response.Header.Del("X-Request-Id")
	response.Header.Del("Date")
	return answer{response.StatusCode == http.StatusOK, response.Status, response.Header, strings.ReplaceAll(string(body), id, "")}
}

// A stranger is told the same, byte by byte, whatever is wrong; who shows a caller is served.
func TestCallers(t *testing.T) {
	g := startGuarded(t)
	cases := append(g.Good(t), g.Wrong(t)...)
	answers := make([]map[string]answer, len(cases))
	var all sync.WaitGroup
	slots := make(chan struct{}, 50)
	for i, c := range cases {
		if !sendable(c.Authorization) {
			continue
		}
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			answers[i] = map[string]answer{"REST": g.showOverREST(t.Context(), t, &c)}
			if c.Names == nil {
				answers[i]["gRPC"] = g.showOverGRPC(t.Context(), &c)
			}
		})
	}
	all.Wait()
	refusals := map[string]answer{}
	for i, c := range cases {
		for transport, got := range answers[i] {
			if c.Fault == "" {
				assert.True(t, got.ok, "%s over %s: %v", c.Name, transport, got)
				continue
			}
			if _, ok := refusals[transport]; !ok {
				refusals[transport] = got
			}
			assert.Equal(t, refusals[transport], got, "%s over %s", c.Name, transport)
		}
	}
	require.Equal(t, "Unauthenticated", refusals["gRPC"].status)
	require.Equal(t, []string{"Bearer"}, refusals["gRPC"].header["www-authenticate"])   //nolint:staticcheck // metadata is in lower case
	require.Equal(t, []string{"-1"}, refusals["gRPC"].header["grpc-retry-pushback-ms"]) //nolint:staticcheck // as above
	require.Equal(t, "401 Unauthorized", refusals["REST"].status)
	require.Equal(t, []string{"Bearer"}, refusals["REST"].header["Www-Authenticate"])
	require.Contains(t, refusals["REST"].body, `"CALLER_UNAUTHENTICATED"`)
}

// sendable reports whether clients send such a header.
func sendable(values []string) bool {
	for _, value := range values {
		if len(value) > 8<<10 || strings.Contains(value, "\t") {
			return false
		}
	}
	return true
}

// Who is not known learns nothing else, not even what there is.
func TestStrangersLearnNothing(t *testing.T) {
	g := startGuarded(t)
	for name, c := range map[string]struct {
		method, target, header string
		body                   string
	}{
		"no such path":    {http.MethodPost, "/v1/other", "Content-Type: application/json", "{}"},
		"another method":  {http.MethodGet, tokensPath, "Content-Type: application/json", ""},
		"query":           {http.MethodPost, tokensPath + "?a=b", "Content-Type: application/json", "{}"},
		"media type":      {http.MethodPost, tokensPath, "Content-Type: text/plain", "{}"},
		"rubbish":         {http.MethodPost, tokensPath, "Content-Type: application/json", "rubbish"},
		"deadline":        {http.MethodPost, tokensPath, "Grpc-Timeout: x", "{}"},
		"too large":       {http.MethodPost, tokensPath, "Content-Type: application/json", strings.Repeat(" ", 1<<20)},
		"caller's header": {http.MethodPost, tokensPath, "Caller: bank", "{}"},
		"metadata":        {http.MethodPost, tokensPath, "Grpc-Metadata-Authorization: Bearer " + g.BankKeys[0], "{}"},
		"proxy's header":  {http.MethodPost, tokensPath, "Proxy-Authorization: Bearer " + g.BankKeys[0], "{}"},
		"certificate":     {http.MethodPost, tokensPath, "X-Forwarded-Client-Cert: URI=" + callerstest.BankURI, "{}"},
	} {
		t.Run(name, func(t *testing.T) {
			request, err := http.NewRequestWithContext(t.Context(), c.method, "http://"+g.restAddress+c.target, strings.NewReader(c.body))
			require.NoError(t, err)
			field, value, _ := strings.Cut(c.header, ": ")
			request.Header.Set(field, value)
			response, err := g.client.Do(request)
			require.NoError(t, err)
			body, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			require.Equal(t, http.StatusUnauthorized, response.StatusCode, string(body))
			require.Contains(t, string(body), "CALLER_UNAUTHENTICATED")
			require.Equal(t, "Bearer", response.Header.Get("WWW-Authenticate"))
			require.Empty(t, response.Header.Get("Allow"))
		})
	}
	err := g.conn.Invoke(t.Context(), "/liveness.v1.LivenessService/Other", &livenessv1.IssueLivenessTokenRequest{}, &livenessv1.IssueLivenessTokenResponse{})
	require.Equal(t, codes.Unauthenticated, status.Code(err))
}

// A body is not waited for, nor anything held for it, before it is known whose it is.
func TestStrangersBodiesAreNotRead(t *testing.T) {
	g := startGuarded(t)
	conn := dial(t, g.restAddress)
	_, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20000000\r\n\r\n", tokensPath)
	require.NoError(t, err)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusUnauthorized, response.StatusCode)
	require.NoError(t, response.Body.Close())

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stream, err := g.conn.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true}, issueMethod)
	require.NoError(t, err)
	require.Equal(t, codes.Unauthenticated, status.Code(stream.RecvMsg(&livenessv1.IssueLivenessTokenResponse{})))
}

// Who asks for health has no identity; who asks for the services needs one.
func TestHealthAndReflectionWithCallers(t *testing.T) {
	g := startGuarded(t)
	answered, err := healthpb.NewHealthClient(g.conn).Check(t.Context(), &healthpb.HealthCheckRequest{})
	require.NoError(t, err)
	require.Equal(t, healthpb.HealthCheckResponse_SERVING, answered.GetStatus())

	list := func(ctx context.Context) error {
		stream, err := reflectionpb.NewServerReflectionClient(g.conn).ServerReflectionInfo(ctx)
		require.NoError(t, err)
		_ = stream.Send(&reflectionpb.ServerReflectionRequest{MessageRequest: &reflectionpb.ServerReflectionRequest_ListServices{}})
		_, err = stream.Recv()
		_ = stream.CloseSend()
		return err
	}
	require.Equal(t, codes.Unauthenticated, status.Code(list(t.Context())))
	require.EqualValues(t, 1, g.refusals.Counts()["unauthenticated_reflection"])
	ctx, cancel := context.WithCancel(metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+g.ShopKey))
	defer cancel()
	require.NoError(t, list(ctx))
	for _, page := range []string{"/healthz", "/docs/"} {
		response, err := g.client.Get("http://" + g.restAddress + page)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusOK, response.StatusCode)
	}
}

// Each caller has idempotency keys of its own.
func TestIdempotencyKeysBelongToACaller(t *testing.T) {
	g := startGuarded(t)
	issue := func(key string) *livenessv1.IssueLivenessTokenResponse {
		ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+key)
		response, err := livenessv1.NewLivenessServiceClient(g.conn).IssueLivenessToken(ctx,
			&livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK, IdempotencyKey: "order-1"})
		require.NoError(t, err)
		return response
	}
	require.False(t, issue(g.BankKeys[0]).GetReplayed())
	require.True(t, issue(g.BankKeys[1]).GetReplayed(), "another key of the same caller")
	require.False(t, issue(g.ShopKey).GetReplayed())
}
